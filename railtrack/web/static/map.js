/* railtrack: what a drawn map does in the browser. Folium writes the data and calls the functions here; Leaflet draws.
   Lines and shapes get classes, never colours: map.css and the tokens of style.css decide how they look. */
(function () {
  "use strict";
  var rt = (window.railtrack = {});
  var NARROW = 640;
  var MANY = 60; // more trains than this are drawn without their numbers
  var SAME_PX = 12, CUT_PX = 40; // nearer marks cover one another; an end of the line this near the rim is cut
  var state = { legs: [], stations: [], labels: [], trains: [], groups: {}, shown: null };

  var PANES = { land: 210, border: 220, "case": 390, rail: 400, gap: 410, station: 450, label: 590, train: 620 };
  var SHAPES = {
    ok: '<circle r="11"/>', done: '<circle r="11"/>', plan: '<circle r="10"/>',
    late: '<path d="M0-14.5 14.5 0 0 14.5-14.5 0z"/>', held: '<path d="M-10.5-10.5h21v21h-21z"/>',
    silent: '<path d="M0-15 15 10.5h-30z"/>'
  };
  var CHANGE = '<svg class="m-gc" viewBox="-8 -8 16 16" aria-hidden="true"><path d="M-7-7h14v14h-14z"/><path class="m-gc-half" d="M';
  var INVENTED = '<g class="m-inv"><path class="m-inv-box" d="M6-17h11v11h-11z"/><path class="m-inv-in" d="M6-12l5-5M6-6.5l10.5-10.5M11.5-6l5.5-5.5"/></g>';
  var END = '<svg class="m-end" viewBox="-9 -9 18 18" aria-hidden="true"><circle r="8"/><circle class="m-end-in" r="3.5"/></svg>';

  rt.map = function (id, settings) {
    var map = L.map(id, {
      center: [50, 60], zoom: 4, minZoom: 1, maxZoom: settings.tiles ? 16 : 11, zoomSnap: 0.25, zoomDelta: 0.75,
      wheelPxPerZoomLevel: 90, zoomControl: false, attributionControl: false, maxBounds: [[0, -60], [84, 185]],
      maxBoundsViscosity: 0.6
    });
    state.map = map;
    state.settings = settings;
    Object.keys(PANES).forEach(function (name) {
      map.createPane("rt-" + name).style.zIndex = PANES[name];
    });
    L.control.zoom({ zoomInTitle: settings.words.zoomIn, zoomOutTitle: settings.words.zoomOut }).addTo(map);
    if (document.fullscreenEnabled) { addFullScreen(map, settings.words); }
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    L.control.attribution({ prefix: false }).addTo(map).addAttribution(settings.credit);
    if (settings.note) { addNote(map, settings.note); }
    return map;
  };

  function addFullScreen(map, words) {
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var box = L.DomUtil.create("div", "leaflet-bar rt-full");
      var button = L.DomUtil.create("button", "", box);
      button.type = "button";
      function say() {
        var on = !!document.fullscreenElement;
        button.textContent = on ? "×" : "⛶";
        button.title = on ? words.leave : words.full;
        button.setAttribute("aria-label", button.title);
      }
      L.DomEvent.disableClickPropagation(box);
      button.addEventListener("click", function () {
        if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen(); }
      });
      document.addEventListener("fullscreenchange", function () { say(); map.invalidateSize(); });
      say();
      return box;
    };
    control.addTo(map);
  }

  function addNote(map, text) {
    var control = L.control({ position: "bottomleft" });
    control.onAdd = function () {
      var tag = L.DomUtil.create("span", "tag tag-sim");
      tag.textContent = text;
      return tag;
    };
    control.addTo(map);
  }

  rt.layer = function (data, still) {
    return L.geoJson(data, { style: style, pointToLayer: point, onEachFeature: still ? undefined : each, interactive: !still });
  };

  function style(feature) {
    var p = feature.properties;
    if (feature.geometry.type === "Point") { return {}; }
    if (p.k === "land") { return { className: "m-land", pane: "rt-land", stroke: true, fill: true, smoothFactor: 0.7 }; }
    if (p.k.indexOf("bord-") === 0) {
      return { className: "m-bord m-" + p.k, pane: "rt-border", fill: false, smoothFactor: 0.7 };
    }
    if (p.k === "sea") { return { className: "m-leg-sea", pane: "rt-rail", smoothFactor: 0.7 }; }
    if (p.k.indexOf("rest") === 0) { return { className: "m-" + p.k, pane: "rt-rail", smoothFactor: 0.7 }; }
    return { className: "m-" + p.k + (p.e ? " m-est" : ""), pane: "rt-rail", smoothFactor: 0.7 };
  }

  function point(feature, latlng) {
    var p = feature.properties;
    if (p.s) { return train(p, latlng); }
    if (p.k === "name") { return L.marker(latlng, { icon: L.divIcon({ className: "rt-off" }), keyboard: false, interactive: false }); }
    if (p.k === "stop") {
      return L.circleMarker(latlng, { className: "m-st r" + p.r, radius: p.r > 3 ? 2.6 : 3.4, pane: "rt-station" });
    }
    return L.marker(latlng, {
      pane: "rt-station", keyboard: true,
      icon: L.divIcon({ className: "rt-mark rt-" + p.k, html: p.k === "change" ? CHANGE + (p.w === 0 ? "0" : "-7") + '-7h7v14h-7z"/></svg>' : END, iconSize: p.k === "change" ? [15, 15] : [19, 19] })
    });
  }

  function train(p, latlng) {
    var many = state.settings.trains > MANY;
    var number = many ? "" : '<text class="m-no" y="' + (p.s === "silent" ? 7.5 : 4.8) + '" text-anchor="middle">' + Number(p.n) + "</text>";
    var size = many ? 16 : 34;
    return L.marker(latlng, {
      pane: "rt-train", riseOnHover: true, zIndexOffset: { held: 300, silent: 200, late: 100 }[p.s] || 0,
      icon: L.divIcon({
        className: "rt-train" + (many ? " rt-small" : ""), iconSize: [size, size],
        html: '<svg viewBox="-17 -17 34 34" aria-hidden="true"><g class="m-t m-' + p.s + (p.e ? " m-guess" : "") + '">' + (SHAPES[p.s] || SHAPES.ok) + number + "</g>" + (p.i ? INVENTED : "") + "</svg>"
      })
    });
  }

  /* Trains at one place stand on a ring around it, in the order of their numbers; each keeps its true place. */
  function spread() {
    var zoom = state.map.getZoom(), size = state.trains.length > MANY ? 16 : 34, groups = [];
    state.trains.forEach(function (t) {
      var at = state.map.project(t.getLatLng(), zoom);
      var near = groups.filter(function (g) { return g.at.distanceTo(at) < SAME_PX; })[0];
      if (near) { near.trains.push(t); } else { groups.push({ at: at, trains: [t] }); }
    });
    groups.forEach(function (g) {
      var n = g.trains.length, r = n > 1 ? Math.min(size * 0.46 / Math.sin(Math.PI / n), 3 * size) : 0;
      g.trains.forEach(function (t, i) {
        var turn = 2 * Math.PI * i / n - Math.PI / 2, el = t.getElement();
        t.rtOff = L.point(r * Math.cos(turn), r * Math.sin(turn)).round();
        if (!el) { return; }
        el.style.marginLeft = t.rtOff.x - size / 2 + "px";
        el.style.marginTop = t.rtOff.y - size / 2 + "px";
      });
    });
  }

  /* Called for each feature that can be pointed at. Texts were escaped on the server. */
  function each(feature, layer) {
    var p = feature.properties;
    if (p.s) { p.h = trainHtml(p); }
    if (p.h) { layer.bindPopup(p.h, { maxWidth: 280, autoPanPadding: [24, 24] }); }
    if (feature.geometry.type === "LineString") { line(p, layer); }
    else if (p.k === "name") { state.labels.push({ at: layer.getLatLng(), rank: 9, html: p.n }); }
    else if (p.s) { state.trains.push(layer); layer.on("add", nameTrain); }
    else {
      var words = plain(p.h);
      state.stations.push({ layer: layer, c: p.c });
      layer.on("add", function () {
        var el = layer.getElement();
        if (!el) { return; }
        el.setAttribute("aria-label", words);
        el.setAttribute("role", p.k === "stop" ? "img" : "button");
      });
      state.labels.push({ at: layer.getLatLng(), rank: p.r, html: p.n, station: layer });
    }
  }

  function trainHtml(p) {
    var lines = p.t.split("\x1f"), name = p.u ? '<a href="' + p.u + '" target="_top">' + lines[0] + "</a>" : lines[0];
    lines[0] = "<strong>" + Number(p.n) + " · " + name + "</strong>";
    lines[1] = '<span class="st st-' + p.s + '">' + lines[1] + "</span>";
    if (p.i) { lines.push('<span class="tag tag-sim">' + p.i + "</span>"); }
    return lines.filter(Boolean).join("<br>");
  }

  function plain(html) {
    var box = document.createElement("div");
    box.innerHTML = html.replace(/<br>/g, ", ");
    return box.textContent;
  }

  function line(p, layer) {
    var rails = p.k === "1435" || p.k === "1520";
    var extra = [];
    if (rails) { extra.push(["m-case", "rt-case"]); }
    if (p.k === "1520") { extra.push(["m-1520-gap", "rt-gap"]); }
    var parts = extra.map(function (e) {
      return L.polyline(layer.getLatLngs(), { className: e[0], pane: e[1], interactive: false, smoothFactor: 0.7 });
    });
    state.legs.push({ layer: layer, parts: parts, c: p.c });
    layer.on("add", function () { parts.forEach(function (part) { part.addTo(state.map); }); });
    layer.on("remove", function () { parts.forEach(function (part) { part.remove(); }); });
  }

  /* One stop of the Tab key for all trains; arrow keys go from one to the next. */
  function nameTrain(event) {
    var el = event.target.getElement();
    var index = state.trains.indexOf(event.target);
    el.tabIndex = index === 0 ? 0 : -1;
    el.setAttribute("aria-label", plain(event.target.feature.properties.h));
    el.addEventListener("keydown", function (key) {
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key.key];
      if (!step) { return; }
      key.preventDefault();
      key.stopPropagation();
      var next = state.trains[(index + step + state.trains.length) % state.trains.length];
      el.tabIndex = -1;
      next.getElement().tabIndex = 0;
      next.getElement().focus();
      state.map.panInside(next.getLatLng(), { padding: [40, 40] });
    });
  }

  rt.corridor = function (map, index, shown) {
    var group = (state.groups[index] = L.featureGroup());
    return shown ? group.addTo(map) : group;
  };

  /* Show the legs of the corridors that are switched on; the first of them is drawn widest. */
  function corridors() {
    var indexes = Object.keys(state.groups).map(Number).sort(function (a, b) { return a - b; });
    if (!indexes.length) { return; }
    var on = indexes.filter(function (i) { return state.map.hasLayer(state.groups[i]); });
    state.legs.forEach(function (leg) {
      var seen = on.some(function (i) { return leg.c.indexOf(i) >= 0; });
      var alt = leg.c.indexOf(on[0]) < 0;
      [leg.layer].concat(leg.parts).forEach(function (part) {
        var el = part.getElement && part.getElement();
        if (!el) { return; }
        el.classList.toggle("m-alt", alt);
        el.classList.toggle("rt-off", !seen);
      });
      if (!alt) { leg.parts.forEach(front); leg.layer.bringToFront(); }
    });
    state.stations.forEach(function (station) {
      var seen = on.some(function (i) { return station.c.indexOf(i) >= 0; });
      var alt = station.c.indexOf(on[0]) < 0;
      station.layer.rtOff = !seen;
      station.layer.rtAlt = alt;
      var el = station.layer.getElement();
      if (el) { el.classList.toggle("rt-off", !seen); el.classList.toggle("m-alt", alt); }
    });
    labels();
  }

  function front(part) { if (part._map) { part.bringToFront(); } }

  /* Labels: the important ones first, each where it covers no other label, no train and least of the line. */
  function labels() {
    var map = state.map, zoom = map.getZoom(), size = map.getSize(), taken = [], rails = [];
    var deepest = zoom < 4.6 ? 2 : zoom < 6 ? 3 : 4;
    var box = map.getContainer();
    box.classList.toggle("z-far", zoom < 4.6);
    box.classList.toggle("z-mid", zoom >= 4.6 && zoom < 6);
    function claim(at, r) { taken.push([at.x - r, at.y - r, at.x + r, at.y + r]); }
    if (state.trains.length <= MANY) {
      state.trains.forEach(function (t) { if (t._map) { claim(map.latLngToContainerPoint(t.getLatLng()).add(t.rtOff || [0, 0]), 16); } });
    }
    state.labels.forEach(function (label) {
      if (label.rank < 2 && label.station && label.station._map) { claim(map.latLngToContainerPoint(label.at), 8); }
    });
    state.legs.forEach(function (leg) {
      var el = leg.layer.getElement && leg.layer.getElement();
      if (!el || el.classList.contains("rt-off")) { return; }
      var before = null;
      leg.layer.getLatLngs().forEach(function (at) {
        var p = map.latLngToContainerPoint(at);
        if (before && Math.abs(p.x - before.x) + Math.abs(p.y - before.y) < 5) { return; }
        if (before) { rails.push([(p.x + before.x) / 2, (p.y + before.y) / 2]); }
        rails.push([p.x, p.y]);
        before = p;
      });
    });
    state.labels.slice().sort(function (a, b) { return a.rank - b.rank || isAlt(a) - isAlt(b); }).forEach(function (label) {
      var el = label.el, at = map.latLngToContainerPoint(label.at), place = null;
      var w = label.w, h = label.h, alt = isAlt(label) && label.rank > 0;
      var off = label.station && (label.station.rtOff || !label.station._map || label.rank > deepest || (alt && zoom < 3.2 && label.rank > 1));
      if (!off && at.x > -40 && at.y > -20 && at.x < size.x + 40 && at.y < size.y + 20) {
        place = best(label.station ? around(at, w, h, label.rank < 2 ? 11 : 6) : [0, 14, -14, 26, -26].map(function (dy) { return [at.x - w / 2, at.y - h / 2 + dy]; }), w, h, label.station ? 1e9 : 3);
      }
      el.classList.toggle("rt-off", !place);
      el.classList.toggle("m-altl", !!alt);
      if (place) {
        taken.push([place[0] - 4, place[1] - 1, place[0] + w + 4, place[1] + h + 1]);
        L.DomUtil.setPosition(el, map.containerPointToLayerPoint(place)._round());
      }
    });

    function best(places, w, h, worst) {
      var found = null, least = worst;
      places.forEach(function (p, order) {
        if (p[0] < 2 || p[0] + w > size.x - 2 || p[1] < 2 || p[1] + h > size.y - 2) { return; }
        if (taken.some(function (t) { return p[0] < t[2] && p[0] + w > t[0] && p[1] < t[3] && p[1] + h > t[1]; })) { return; }
        var cost = order * 0.4;
        rails.forEach(function (r) { if (r[0] > p[0] - 3 && r[0] < p[0] + w + 3 && r[1] > p[1] - 2 && r[1] < p[1] + h + 2) { cost += 1; } });
        if (cost < least) { least = cost; found = p; }
      });
      return found;
    }
  }

  function isAlt(label) { return label.station && label.station.rtAlt ? 1 : 0; }

  function around(at, w, h, gap) {
    var places = [];
    [gap, gap + 10].forEach(function (g) {
      places.push(
        [at.x - w / 2, at.y - g - h], [at.x - w / 2, at.y + g], [at.x + g, at.y - g - h + 3], [at.x + g, at.y + g - 3],
        [at.x - g - w, at.y - g - h + 3], [at.x - g - w, at.y + g - 3], [at.x + g + 2, at.y - h / 2], [at.x - g - 2 - w, at.y - h / 2]
      );
    });
    return places;
  }

  /* The first view: the trains on a narrow map, the whole line on a wide one; no end of the line cut by the rim. */
  function start() {
    var map = state.map, settings = state.settings, size = map.getSize(), narrow = size.x < NARROW;
    var near = narrow && settings.near ? settings.near : settings.bounds;
    var fit = { padding: narrow ? [26, Math.min(60, size.y / 6)] : [48, Math.min(48, size.y / 6)], maxZoom: settings.closest, animate: false };
    map.fitBounds(near, fit);
    var cut = state.labels.filter(function (label) {
      var x = map.latLngToContainerPoint(label.at).x;
      return label.rank === 0 && [x, size.x - x].some(function (left) { return left > -CUT_PX && left < 26; });
    });
    if (cut.length) {
      map.fitBounds(cut.reduce(function (held, label) { return held.extend(label.at); }, L.latLngBounds(near)), fit);
    }
  }

  rt.start = function (map) {
    var settings = state.settings, pane = map.getPane("rt-label");
    state.labels.forEach(function (label) {
      label.el = L.DomUtil.create("div", "m-label m-label-" + label.rank, pane);
      label.el.innerHTML = label.html;
      label.el.setAttribute("aria-hidden", "true");
      label.w = label.el.offsetWidth;
      label.h = label.el.offsetHeight;
    });
    start();
    /* A frame may be measured before it has its size, and a phone may be turned: fit again until the reader moves it. */
    var own = false;
    ["pointerdown", "wheel", "keydown"].forEach(function (name) {
      map.getContainer().addEventListener(name, function () { own = true; }, { passive: true });
    });
    map.on("resize", function () { if (!own) { start(); } });
    map.on("overlayadd overlayremove", corridors);
    map.on("zoomend overlayadd", spread);
    spread();
    map.on("zoomend moveend resize layeradd layerremove", L.Util.throttle(labels, 60));
    var toggle = document.querySelector(".leaflet-control-layers-toggle");
    if (toggle) { toggle.title = settings.words.layers; toggle.textContent = settings.words.layers; toggle.removeAttribute("href"); toggle.tabIndex = 0; }
    corridors();
    labels();
    document.documentElement.setAttribute("data-map", "drawn");
  };
})();
