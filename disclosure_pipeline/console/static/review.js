/* What pages with a document (review, preview) have beside console.js: stops that show their place in the text,
 * columns that scroll by keys, words that are selected and boxes that are drawn. Written in ECMAScript 2017, as console.js.
 *
 * What the pages tell it:
 *   data-at             address of the page that shows what a stop is about
 *   data-shown-by       ids of the stops that a place in the text belongs to
 *   data-turned         with an id: what changes when a stop stands on another page of the document, and nothing else does
 *   data-marking        the form that takes what is selected ([data-segment]) or drawn ([data-draw]) on a page
 */
(function () {
  "use strict";

  var page = window.disclosure;

  /* ---- where a stop stands in the text */

  document.addEventListener("stop", function (event) {
    var stop = event.target;
    if (!light(stop) && event.detail.arrived && stop.dataset.at) { visit(stop); }
  });

  /* Shows the page that a stop stands on, unless the person has gone on to something else meanwhile. What they have
   * ticked, opened or typed beside it stays. */
  async function visit(stop) {
    var mine = page.asked();
    var answer = await fetch(stop.dataset.at, { credentials: "same-origin" });
    var text = await answer.text();
    if (mine !== page.asked()) { return; }
    var fresh = new DOMParser().parseFromString(text, "text/html");
    var there = fresh.getElementById(stop.id);
    if (!there || there.dataset.at !== stop.dataset.at) { page.show(text, answer.url); return; }
    page.all("[data-turned]").forEach(function (old) {
      var now = fresh.getElementById(old.id);
      if (now) { old.parentNode.replaceChild(document.importNode(now, true), old); }
    });
    page.turned(answer.url);
    light(stop);
    stand(document.querySelector("form[data-marking]"), sheetInView());
  }

  /* Shows where a stop stands in the text; answers whether that is on the page. */
  function light(stop) {
    var first = null;
    page.all("[data-shown-by]").forEach(function (mark) {
      var ours = mark.dataset.shownBy.split(" ").indexOf(stop.id) >= 0;
      mark.classList.toggle("present", ours);
      if (ours && !first && mark.getClientRects().length) { first = mark; }
    });
    if (first) { first.scrollIntoView({ block: "center" }); }
    return Boolean(first);
  }

  /* The keys that scroll a page scroll its first column where columns scroll on their own. */
  function scroll(name) {
    var column = document.querySelector("[data-keep-scroll]");
    var here = document.activeElement;
    var by = { " ": 0.85, PageDown: 0.85, PageUp: -0.85 }[name];
    var own = here.matches("[data-keep-scroll], dialog, dialog *") || (name === " " && here.matches("button, a, summary, input, select"));
    if (!by || own || !column || column.scrollHeight <= column.clientHeight) { return false; }
    column.scrollBy(0, by * column.clientHeight);
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || page.writing(document.activeElement)) { return; }
    if (scroll(event.key)) { event.preventDefault(); }
  });

  /* ---- pointing at a page: words that are selected, a box that is drawn */

  function point(sheet, values) {
    var form = document.querySelector("form[data-marking]");
    if (!form || !sheet) { return; }
    stand(form, sheet);
    fill(form, ["segment", "start", "end", "selected", "words"].concat(SIDES), values);
    form.querySelector(".drawn").hidden = values.left === undefined;
  }

  var SIDES = ["left", "top", "right", "bottom"];

  function fill(form, names, values) {
    names.forEach(function (name) { form.elements[name].value = values[name] === undefined ? "" : values[name]; });
  }

  /* Lets a form mean a page; the answer to it then shows that page, too. */
  function stand(form, sheet) {
    if (!form || !sheet) { return; }
    fill(form, ["part", "page"], sheet.dataset);
    var to = new URL(form.action);
    to.searchParams.set("part", sheet.dataset.part);
    to.searchParams.set("page", sheet.dataset.page);
    form.action = to.href;
  }

  /* Of the pages that are there, the one of which most is to be seen. */
  function sheetInView() {
    var area = document.getElementById("document").getBoundingClientRect();
    var found = null;
    var most = 0;
    page.all("[data-page]").forEach(function (sheet) {
      var box = sheet.getBoundingClientRect();
      var seen = Math.min(box.bottom, area.bottom, window.innerHeight) - Math.max(box.top, area.top, 0);
      if (seen > most) { found = sheet; most = seen; }
    });
    return found;
  }

  /* What is typed is typed words: no box any more that was drawn before. */
  document.addEventListener("input", function (event) {
    var form = event.target.name === "words" && event.target.closest("form[data-marking]");
    if (!form) { return; }
    fill(form, SIDES, {});
    form.querySelector(".drawn").hidden = true;
    page.all("rect.new").forEach(function (box) { box.remove(); });
  });

  /* Typed words are those of the page that the person has before them. This is settled before console.js sends them. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-marking]")) { return; }
    var fields = form.elements;
    var pointed = fields.left.value || (fields.segment.value && fields.words.value === fields.selected.value);
    if (!pointed) { stand(form, sheetInView()); }
  }, true);

  function within(segment, node, offset) {
    var before = document.createRange();
    before.setStart(segment, 0);
    before.setEnd(node, offset);
    return before.toString().length;
  }

  document.addEventListener("selectionchange", function () {
    var chosen = window.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) { return; }
    var range = chosen.getRangeAt(0);
    var from = range.startContainer.parentElement && range.startContainer.parentElement.closest("[data-segment]");
    var to = range.endContainer.parentElement && range.endContainer.parentElement.closest("[data-segment]");
    if (!from || from !== to) { return; }
    var words = range.toString();
    point(from.closest("[data-page]"), {
      segment: from.dataset.segment, words: words, selected: words,
      start: within(from, range.startContainer, range.startOffset), end: within(from, range.endContainer, range.endOffset),
    });
  });

  var drawing = null;

  function share(event) {
    var area = drawing.figure.getBoundingClientRect();
    return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height].map(function (one) {
      return Math.min(1, Math.max(0, one));
    });
  }

  document.addEventListener("pointerdown", function (event) {
    var figure = event.target.closest && event.target.closest("figure[data-draw]");
    if (!figure || event.button !== 0 || event.pointerType === "touch" || !document.querySelector("form[data-marking]")) { return; }
    event.preventDefault();
    page.all("rect.new").forEach(function (box) { box.remove(); });
    drawing = { figure: figure, box: document.createElementNS("http://www.w3.org/2000/svg", "rect") };
    drawing.from = share(event);
    drawing.box.setAttribute("class", "new");
    figure.querySelector("svg").appendChild(drawing.box);
  });

  document.addEventListener("pointermove", function (event) {
    if (!drawing) { return; }
    var to = share(event);
    drawing.left = Math.min(drawing.from[0], to[0]);
    drawing.top = Math.min(drawing.from[1], to[1]);
    drawing.right = Math.max(drawing.from[0], to[0]);
    drawing.bottom = Math.max(drawing.from[1], to[1]);
    drawing.box.setAttribute("x", drawing.left);
    drawing.box.setAttribute("y", drawing.top);
    drawing.box.setAttribute("width", drawing.right - drawing.left);
    drawing.box.setAttribute("height", drawing.bottom - drawing.top);
  });

  document.addEventListener("pointerup", function () {
    if (!drawing) { return; }
    var drawn = drawing;
    drawing = null;
    if (drawn.right - drawn.left < 0.005 || drawn.bottom - drawn.top < 0.005 || drawn.right === undefined) { drawn.box.remove(); return; }
    point(drawn.figure.closest("[data-page]"), {
      left: drawn.left.toFixed(5), top: drawn.top.toFixed(5), right: drawn.right.toFixed(5), bottom: drawn.bottom.toFixed(5),
    });
    var tool = document.querySelector("form[data-marking]").closest("details");
    if (tool) { tool.open = true; tool.scrollIntoView({ block: "nearest" }); }
  });
})();
