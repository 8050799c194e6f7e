/* The script of every page; the pages of documents have review.js beside it. Every page works without: with it, forms
 * change the page in place, keys work, lists grow while they are read, and counts are live. Written in ECMAScript 2017:
 * offices run old browsers.
 *
 * What the pages tell it:
 *   data-key="a"        this button, link or field is reached by that key ("?" and "Ctrl+Enter" too)
 *   data-stop           one of the stops that j and k go through; the present one bears aria-current
 *   data-whole          submit this form as the browser does, do not change the page in place
 *   data-more           a link to what follows; it is fetched and put in its place when it comes into sight
 *   data-count="x"      text that the server's events keep up to date
 *   data-announce       text that is read out after the page has changed
 *   data-focus          what gets the focus after the page has changed
 *   data-leave          a form whose typed text must not be lost by leaving
 *   data-keep-scroll    what scrolls on its own, and stays where it is when the page changes in place
 *
 * What it tells the pages: html.scripted, so that hints at keys are shown only where keys work.
 * What it tells review.js: the event "stop", and the functions in window.disclosure.
 */
(function () {
  "use strict";

  var body = document.body;
  var announcer = document.getElementById("announcer");

  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }

  function inSight(element) {
    return element.getClientRects().length > 0 && !element.disabled && !folded(element);
  }

  /* Newer browsers give what a closed <details> holds a place on the page, though nobody sees it. */
  function folded(element) {
    var shut = element.closest("details:not([open])");
    while (shut) {
      var summary = element.closest("summary");
      if (!summary || summary.parentNode !== shut) { return true; }
      element = shut;
      shut = shut.parentNode.closest("details:not([open])");
    }
    return false;
  }

  function announce(text) {
    announcer.textContent = "";
    window.setTimeout(function () { announcer.textContent = text; }, 50);
  }

  /* What review.js does with this script: the page that a stop stands on takes the place of the present one. */
  window.disclosure = {
    all: all,
    show: show,
    writing: writing,
    asked: function () { return asked; },
    turned: function (address) {
      window.history.replaceState({}, "", address);
      shown = here();
      prepare();
    },
  };

  /* Tells which stop is the present one, and whether the person has just come to it. */
  function tell(stop, arrived) {
    if (stop) { stop.dispatchEvent(new CustomEvent("stop", { bubbles: true, detail: { arrived: arrived } })); }
  }

  /* ---- the page changes in place */

  function sent(form, button) {
    var data = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string") { data.append(name, value); }
    });
    if (button && button.name) { data.append(button.name, button.value); }
    return data;
  }

  function here() { return window.location.pathname + window.location.search; }

  var shown = here();
  var busy = false;
  var asked = 0;

  async function submit(form, button) {
    if (busy) { return; }
    busy = true;
    asked += 1;
    document.documentElement.setAttribute("aria-busy", "true");
    var address = (button && button.getAttribute("formaction")) || form.action;
    try {
      var answer;
      if (form.method === "get") {
        answer = await fetch(address.split("?")[0] + "?" + sent(form, button), { credentials: "same-origin" });
      } else {
        answer = await fetch(address, { method: "POST", body: sent(form, button), credentials: "same-origin" });
      }
      show(await answer.text(), answer.redirected || form.method === "get" ? answer.url : "");
    } catch (error) {
      announce(body.dataset.offline || "");
      var refused = document.getElementById("notices");
      refused.innerHTML = "";
      var line = document.createElement("p");
      line.className = "notice refused";
      line.setAttribute("role", "alert");
      line.textContent = body.dataset.offline || "";
      refused.appendChild(line);
    } finally {
      busy = false;
      document.documentElement.removeAttribute("aria-busy");
    }
  }

  /* Puts a page that has come in in the place of the present one: only the parts that differ. */
  function show(text, address) {
    var fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.getElementById("main")) { window.location.reload(); return; }
    if (address && (made(fresh) !== made(document) || isIn(fresh) !== isIn(document))) {
      window.location.assign(address);
      return;
    }
    var before = focusPath();
    var same = !address || new URL(address).pathname === window.location.pathname;
    var scroll = window.pageYOffset;
    var kept = same ? keep() : null;
    if (address) { window.history[same ? "replaceState" : "pushState"]({}, "", address); shown = here(); }
    document.title = fresh.title;
    body.dataset.live = fresh.body.dataset.live || "";
    ["notices", "main"].forEach(function (id) {
      var old = document.getElementById(id);
      old.parentNode.replaceChild(document.importNode(fresh.getElementById(id), true), old);
    });
    var menu = document.querySelector(".menu");
    var newMenu = fresh.querySelector(".menu");
    if (menu && newMenu && !same) { menu.parentNode.replaceChild(document.importNode(newMenu, true), menu); }
    prepare();
    counts(lastCounts);
    window.scrollTo(0, same ? scroll : 0);
    if (kept) { restore(kept); }
    refocus(before, same);
    tell(present(), false);
  }

  /* Whether a page is one for people who are signed in. */
  function isIn(page) { return Boolean(page.querySelector(".self")); }

  /* The styles and scripts of a page: with others than those that are here, it is loaded as a whole. */
  function made(page) {
    return all("link[rel=stylesheet], script[src]", page).map(function (one) {
      return one.getAttribute("href") || one.getAttribute("src");
    }).join(" ");
  }

  /* Pictures that were drawn, and how far the columns of the page were scrolled. */
  function keep() {
    var kept = { pictures: {}, tops: {} };
    all("#main img").forEach(function (picture) { kept.pictures[picture.src] = picture; });
    all("[data-keep-scroll]").forEach(function (column) { kept.tops[column.id] = column.scrollTop; });
    return kept;
  }

  function restore(kept) {
    all("#main img").forEach(function (picture) {
      var old = kept.pictures[picture.src];
      if (old) { picture.parentNode.replaceChild(old, picture); }
    });
    all("[data-keep-scroll]").forEach(function (column) { column.scrollTop = kept.tops[column.id] || 0; });
  }

  function focusPath() {
    var here = document.activeElement;
    return here && here !== body ? { id: here.id, stop: (here.closest && here.closest("[data-stop]") || {}).id } : {};
  }

  function refocus(before, same) {
    var refusal = document.getElementById("refusal");
    var wanted = document.querySelector("#main [data-focus]");
    var stop = same && before.stop && document.getElementById(before.stop);
    if (stop && !wanted) { mark(stop); }
    var target = refusal || wanted
      || (same && before.id && document.getElementById(before.id))
      || (stop && handle(stop))
      || document.getElementById("main");
    if (target === refusal) { target.tabIndex = -1; }
    target.focus({ preventScroll: same && target !== wanted });
    if (target === wanted) { (target.closest("[data-stop]") || target).scrollIntoView({ block: "nearest" }); }
    var told = refusal || document.querySelector("[data-announce]") || document.getElementById("said");
    if (told) { announce(told.dataset.announce || told.textContent); }
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method === "dialog" || form.hasAttribute("data-whole") || form.querySelector("input[type=file]")) { return; }
    event.preventDefault();
    submit(form, pressed && pressed.form === form ? pressed : null);
  });

  var pressed = null;
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button") : null;
    pressed = button && button.type === "submit" ? button : null;
    if (button && button.dataset.open) { open(button.dataset.open); }
  }, true);

  /* Back and forward; a link to a place on the page (the one past the menu) leads nowhere else. */
  window.addEventListener("popstate", function () { if (here() !== shown) { window.location.reload(); } });

  window.addEventListener("beforeunload", function (event) {
    var typed = all("form[data-leave] textarea, form[data-leave] input[type=text]").some(function (field) {
      return field.value !== field.defaultValue;
    });
    if (typed) { event.preventDefault(); event.returnValue = ""; }
  });

  /* ---- keys */

  function writing(element) {
    return element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName))
      && !/^(checkbox|radio|button|submit)$/.test(element.type || "");
  }

  function stops() { return all("[data-stop]").filter(inSight); }

  function present() { return document.querySelector("[data-stop][aria-current]"); }

  function mark(stop) {
    var old = present();
    if (old) { old.removeAttribute("aria-current"); }
    stop.setAttribute("aria-current", "true");
  }

  /* What of a stop gets the focus. */
  function handle(stop) {
    return stop.matches("a, button, [tabindex]") ? stop : stop.querySelector("a, button, [tabindex]");
  }

  function goTo(stop) {
    asked += 1;
    mark(stop);
    var link = handle(stop);
    if (link) { link.focus({ preventScroll: true }); }
    stop.scrollIntoView({ block: "nearest" });
    tell(stop, true);
  }

  function step(by, only) {
    var list = stops();
    var chosen = only ? list.filter(function (stop) { return stop.hasAttribute(only) || stop === present(); }) : list;
    if (!chosen.length) { return; }
    var at = chosen.indexOf(present());
    var next = at < 0 ? (by > 0 ? 0 : chosen.length - 1) : at + by;
    if (only && chosen[next] === undefined) { next = 0; }
    if (chosen[next]) { goTo(chosen[next]); }
  }

  function press(name) {
    var within = document.querySelector("dialog[open]");
    var here = present();
    var found = (within ? all("[data-key]", within) : (here ? all("[data-key]", here) : []).concat(all("[data-key]")))
      .filter(function (element) {
        var stop = element.closest("[data-stop]");
        return element.dataset.key === name && inSight(element) && (!stop || stop === here);
      });
    if (!found.length) { return false; }
    var element = found[0];
    if (element.matches("button, a, input[type=checkbox], input[type=radio], summary")) {
      if (element.matches("button[type=submit], button:not([type])")) { pressed = element; }
      element.click();
      if (element.matches("summary")) { element.parentNode.scrollIntoView({ block: "nearest" }); }
    } else {
      element.focus();
    }
    return true;
  }

  /* Whether a key does anything: people may switch off those that are pressed on their own. */
  function works(name) { return body.dataset.keys !== "off" || name === "Ctrl+Enter"; }

  /* Ctrl+Enter in a form that has not the page's main action sends that form, and nothing else. */
  function finish(element) {
    var form = writing(element) && element.form;
    if (!form || form.querySelector('[data-key="Ctrl+Enter"]')) { return false; }
    var button = form.querySelector("button:not([type=button])");
    if (button) { button.click(); }
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey) { return; }
    var name = event.key;
    if (event.ctrlKey) {
      if (name === "Enter" && (finish(document.activeElement) || press("Ctrl+Enter"))) { event.preventDefault(); }
      return;
    }
    if (name === "Escape" && writing(document.activeElement)) { document.activeElement.blur(); return; }
    if (writing(document.activeElement)) { return; }
    if (!works(name)) { return; }
    var dialog = document.querySelector("dialog[open]");
    if (!dialog && (name === "j" || name === "k") && stops().length) {
      step(name === "j" ? 1 : -1);
      event.preventDefault();
    } else if (!dialog && name === "n" && document.querySelector("[data-stop][data-open]")) {
      step(1, "data-open");
      event.preventDefault();
    } else if (name === "Enter" && !dialog && present() && document.activeElement === body) {
      if (press("Enter")) { event.preventDefault(); }
    } else if (name.length === 1 && press(name)) {
      event.preventDefault();
    }
  });

  /* ---- dialogs, and the list of keys */

  function open(id) {
    var dialog = document.getElementById(id);
    if (!dialog || !dialog.showModal) { return; }
    var list = dialog.querySelector("[data-keylist]");
    if (list) { fill(list); }
    dialog.showModal();
  }

  function fill(list) {
    var seen = {};
    list.innerHTML = "";
    var fixed = stops().length ? [["j", "↓"], ["k", "↑"]] : [];
    fixed.concat(all("[data-key]").filter(inSight).map(function (element) {
      return [element.dataset.key, element.getAttribute("aria-label") || element.textContent];
    })).forEach(function (pair) {
      if (seen[pair[0]] || !works(pair[0])) { return; }
      seen[pair[0]] = true;
      var term = document.createElement("dt");
      var key = document.createElement("kbd");
      key.textContent = pair[0];
      key.classList.toggle("chord", pair[0] === "Ctrl+Enter");
      term.appendChild(key);
      var what = document.createElement("dd");
      what.textContent = pair[1].replace(pair[0], "").trim();
      list.appendChild(term);
      list.appendChild(what);
    });
  }

  /* ---- lists that grow while they are read */

  var eye = "IntersectionObserver" in window ? new IntersectionObserver(function (seen) {
    seen.forEach(function (entry) {
      if (entry.isIntersecting) { eye.unobserve(entry.target); grow(entry.target); }
    });
  }, { rootMargin: "0px 0px 40px 0px" }) : null;

  async function grow(link) {
    var answer = await fetch(link.href, { credentials: "same-origin" });
    if (!answer.ok) { return; }
    var fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    var more = fresh.getElementById(link.dataset.more);
    var here = document.getElementById(link.dataset.more);
    if (!more || !here || !link.isConnected) { return; }
    var first = more.firstElementChild;
    var focused = document.activeElement === link;
    link.remove();
    while (more.firstChild) { here.appendChild(document.adoptNode(more.firstChild)); }
    prepare();
    if (focused && first) { first.tabIndex = -1; first.focus({ preventScroll: true }); }
  }

  /* ---- live counts */

  var lastCounts = {};
  var source = null;

  function counts(values) {
    lastCounts = values;
    Object.keys(values).forEach(function (name) {
      all('[data-count="' + name + '"]').forEach(function (element) {
        element.textContent = values[name] || "";
      });
    });
  }

  function listen() {
    var address = body.dataset.live;
    if (!address || source || !("EventSource" in window)) { return; }
    source = new EventSource(address);
    source.addEventListener("counts", function (event) { counts(JSON.parse(event.data)); });
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden && source) { source.close(); source = null; } else if (!document.hidden) { listen(); }
  });

  function prepare() {
    all("[data-open][hidden]").forEach(function (button) { button.hidden = false; });
    if (eye) { all("a[data-more]").forEach(function (link) { eye.observe(link); }); }
  }

  document.documentElement.classList.add("scripted");
  prepare();
  listen();
})();
