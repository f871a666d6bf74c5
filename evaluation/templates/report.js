const form = document.querySelector(".filter");
const questions = [...document.querySelectorAll(".question")];
const show = () => {
  const wanted = new FormData(form);
  const text = wanted.get("text").toLowerCase();
  let count = 0;
  for (const question of questions) {
    const fits = ["language", "kind", "verdict"].every((name) => ["", question.dataset[name]].includes(wanted.get(name)));
    question.hidden = !fits || !question.textContent.toLowerCase().includes(text);
    count += question.hidden ? 0 : 1;
  }
  form.querySelector("output").value = `${count} of ${questions.length}`;
};
form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();
