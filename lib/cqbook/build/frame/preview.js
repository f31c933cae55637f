// Waits for the next showing of a chapter, and shows it where the reader was.
"use strict";
(async () => {
  const frame = document.querySelector("iframe");
  const said = document.querySelector("details");
  let after = 0, page = "";
  for (;;) {
    try {
      const now = await (await fetch(`turn?after=${after}`)).json();
      if (now.turn === after) continue;
      after = now.turn;
      said.classList.toggle("wrong", now.wrong);
      said.querySelector("summary").textContent = now.summary;
      said.querySelector("ul").replaceChildren(...now.lines.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }));
      if (now.page !== page) frame.src = page = now.page;
      else if (!now.wrong) frame.contentWindow.location.reload();
    } catch {
      // the watcher has stopped, or starts again
      after = 0;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
})();
