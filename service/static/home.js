// The plain page: asks /chat and shows the answer. Everything that comes from the service is set as text, never as HTML.
const form = document.getElementById("ask");
const input = document.getElementById("question");
const answers = document.getElementById("answers");
const button = form.querySelector("button");
let conversation = null;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function quotation(citation) {
  const quote = element("blockquote");
  const words = element("span", "", `${citation.quote} [${citation.marker}]`);
  words.lang = citation.language;
  const link = element("a", "", `[${citation.marker}] ${answers.dataset.source}`);
  link.href = citation.document.url;
  const footer = element("footer");
  footer.append(link);
  quote.append(words, footer);
  return quote;
}

function show(turn, reply) {
  // Where a model wrote the answer, its first sentence is the headline already.
  const written = reply.sections.length > 0 && reply.sections[0].kind === "sentence";
  const parts = written ? [] : [element("p", "headline", reply.headline)];
  if (!reply.answered) parts.unshift(element("p", "abstained", answers.dataset.notAnswered));
  for (const section of reply.sections) {
    parts.push(element("p", "introduction", section.introduction));
    for (const marker of section.markers) {
      parts.push(quotation(reply.citations.find((citation) => citation.marker === marker)));
    }
  }
  const answer = element("div");
  answer.lang = reply.language;
  answer.append(...parts);
  turn.lastChild.replaceWith(answer);
}

async function ask(message) {
  const body = JSON.stringify({ message, conversation_id: conversation });
  const response = await fetch("/chat", { method: "POST", headers: { "content-type": "application/json" }, body });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = input.value.trim();
  const turn = element("section", "turn");
  answers.prepend(turn);
  if (!message) {
    turn.append(element("p", "", answers.dataset.empty));
    return;
  }
  turn.append(element("p", "asked", message), element("p", "", answers.dataset.thinking));
  button.disabled = true;
  try {
    const reply = await ask(message);
    conversation = reply.conversation_id;
    show(turn, reply);
    input.value = "";
  } catch {
    turn.lastChild.textContent = answers.dataset.failed;
  } finally {
    button.disabled = false;
    input.focus();
  }
});
