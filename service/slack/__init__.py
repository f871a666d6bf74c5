"""The Slack edge. Nothing here is imported where Slack is not configured."""
