// The page works without this: it adds details on hover, on a tap of the sentence, and opens what a link leads into.
(() => {
  "use strict";
  const cardOf = (seg) => document.getElementById("about-" + seg.id);
  let hovered = null;
  let timer = 0;
  const open = (seg) => {
    const card = cardOf(seg);
    if (card && card.showPopover && !card.matches(":popover-open")) {
      card.showPopover({ source: seg.querySelector("button") });
    }
  };
  const close = (seg) => {
    const card = cardOf(seg);
    if (card && card.matches(":popover-open")) card.hidePopover();
  };
  for (const seg of document.querySelectorAll(".seg")) {
    seg.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse") return;
      clearTimeout(timer);
      timer = setTimeout(() => { hovered = seg; open(seg); }, 350);
    });
    seg.addEventListener("pointerleave", (event) => {
      clearTimeout(timer);
      const card = cardOf(seg);
      if (hovered === seg && card && !card.contains(event.relatedTarget)) {
        timer = setTimeout(() => { if (hovered === seg && !card.matches(":hover")) close(seg); hovered = null; }, 250);
      }
    });
    seg.addEventListener("click", (event) => {
      if (event.target.closest("button")) return;
      if (String(getSelection())) return;
      hovered = null;
      open(seg);
    });
  }
  // A link to a row or a sentence that is folded away or filtered out shows it first.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const para = target.closest(".para");
    const all = document.getElementById("only-all");
    if (para && all && getComputedStyle(para).display === "none") all.checked = true;
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    const card = link.closest("[popover]");
    if (card) card.hidePopover();
    if (link.getAttribute("href") === location.hash) reveal();
  });
  if (location.hash) reveal();
})();
