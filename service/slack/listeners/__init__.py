"""One module for each thing that Slack tells; `register` of each adds its listeners to the app."""
