// The page: asks for the pipeline's state once a second and shows it. All that is shown goes
// through html``, which makes text of it; nothing is ever put in as markup.
import { html, render, useEffect, useRef, useState } from "/assets/vendor/htm-preact-3.1.1.js";
import { Sparkline, Topology } from "/assets/drawing.js";

const SECOND = 1000;
const SILENCE = 5 * SECOND;
const KINDS = ["heat", "frost", "downpour", "gale"];
const number = new Intl.NumberFormat("en");
const oneDigit = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dayFormat = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

const shownDay = (day) => (day ? dayFormat.format(new Date(day + "T00:00:00Z")) : "");

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(SILENCE) });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.message || "HTTP " + answer.status);
  }
  return body;
}

// Asks again and again while the page is seen; keeps the last answer when one fails.
function usePolled(path, every) {
  const [state, setState] = useState({ answer: null, problem: "" });
  useEffect(() => {
    let ended = false;
    let timer = 0;
    const next = async () => {
      if (!document.hidden) {
        try {
          const answer = await ask(path);
          if (!ended) {
            setState({ answer, path, problem: "" });
          }
        } catch (fault) {
          if (!ended) {
            const problem = fault instanceof TypeError || fault.name === "TimeoutError" ? "Naru does not answer" : fault.message;
            setState((before) => ({ ...before, problem }));
          }
        }
      }
      if (!ended) {
        timer = setTimeout(next, every);
      }
    };
    next();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [path, every]);
  return state;
}

function Header({ replay, lost }) {
  const share = replay.days ? (100 * replay.daysDone) / replay.days : 0;
  const speed = replay.daysPerSecond ? `${number.format(replay.daysPerSecond)} days a second` : "as fast as it goes";
  const words = {
    starting: "starting",
    running: speed,
    done: "all days are through",
    failed: "stopped by a failure",
  };
  return html`<header class="top">
    <div class="title">
      <img src="/assets/icon.svg" width="36" height="36" alt="" />
      <div><h1>Weather, streaming</h1><p>Daily weather of Seattle and New York, replayed through Naru</p></div>
    </div>
    <div class="progress">
      <p>
        <strong data-name="day">${shownDay(replay.day) || "before the first day"}</strong>
        <span>day <b data-name="days">${number.format(replay.daysDone)}</b> of ${number.format(replay.days)}</span>
        <span class=${"pill " + (lost ? "failed" : replay.phase)} data-name="phase">${lost ? "no connection" : words[replay.phase]}</span>
      </p>
      <progress value=${share} max="100" aria-label="Days replayed"></progress>
    </div>
  </header>`;
}

function Problems({ problems }) {
  return problems.length
    ? html`<section class="problems" role="alert" data-name="problems">${problems.map((each) => html`<p>${each}</p>`)}</section>`
    : null;
}

function Lag({ group }) {
  const lag = group ? group.lag : 0;
  return html`<span class=${"lag" + (lag > 0 ? " behind" : "")}>${group ? `lag ${number.format(lag)}` : ""}</span>`;
}

function Step({ by, what, count, unit, rate, rates, group, onOpen }) {
  return html`<li class="step" data-step=${what}>
    <p class="by"><span>${by}</span>${group === undefined ? null : html`<${Lag} group=${group} />`}</p>
    <button class="card" onClick=${onOpen} title=${"Show " + what}>
      <span class="name">${what}</span>
      <span class="count" data-name="count">${number.format(count)}</span>
      <span class="rate"><b data-name="rate">${oneDigit.format(rate)}</b> ${unit}/s</span>
      <${Sparkline} values=${rates} />
    </button>
  </li>`;
}

function Flow({ state, open }) {
  const groups = Object.fromEntries(state.groups.map((group) => [group.group, group]));
  const by = {
    "weather.daily": ["Replay", undefined],
    "weather.posts": ["Post writer", groups["weather-posts"] || null],
    "weather.extremes": ["Streams: filter", groups["weather-extremes"] || null],
    "weather.reports": ["Streams: join", groups["weather-extremes"] || null],
  };
  return html`<section aria-label="The steps">
    <ol class="flow">
      ${state.streams.map(
        (stream) => html`<${Step} key=${stream.topic} by=${by[stream.topic][0]} group=${by[stream.topic][1]} what=${stream.topic}
          count=${stream.records} unit="events" rate=${stream.rate} rates=${stream.rates} onOpen=${() => open(stream.topic)} />`,
      )}
      <${Step} by="JDBC sink" group=${groups["connect-weather-database"] || null} what="database" count=${state.database.rows} unit="rows"
        rate=${state.database.rate} rates=${state.database.rates} onOpen=${() => document.getElementById("database").scrollIntoView({ behavior: "smooth" })} />
    </ol>
  </section>`;
}

const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function chartOptions(width, by) {
  const axis = { stroke: themed("--soft-text"), grid: { stroke: themed("--line"), width: 1 }, ticks: { stroke: themed("--line"), width: 1 } };
  const points = (kind) => ({
    label: kind,
    scale: "y",
    paths: () => null,
    stroke: themed("--" + kind),
    points: { show: true, size: 9, fill: themed("--" + kind), stroke: themed("--paper"), width: 1.5 },
    value: (chart, value) => (value == null ? "–" : oneDigit.format(value)),
  });
  const degrees = (chart, value) => (value == null ? "–" : oneDigit.format(value) + " °C");
  return {
    width,
    height: width < 560 ? 260 : 330,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { y: { range: (chart, low, high) => (low == null ? [-10, 40] : [Math.min(-10, low - 2), Math.max(40, high + 2)]) }, mm: { range: (chart, low, high) => [0, by === "day" ? Math.max(120, high || 0) : Math.max(500, high || 0)] } },
    series: [
      { value: (chart, value) => (value == null ? "–" : new Date(value * 1000).toISOString().slice(0, by === "day" ? 10 : 7)) },
      { label: "warmest", stroke: themed("--warm"), width: 1.4, value: degrees, points: { show: false } },
      { label: "coldest", stroke: themed("--cold"), width: 1.4, value: degrees, points: { show: false } },
      { label: "rain", scale: "mm", stroke: themed("--wet"), fill: themed("--wet-fill"), width: 1, paths: uPlot.paths.bars({ size: [0.9, 40] }), points: { show: false }, value: (chart, value) => (value == null ? "–" : oneDigit.format(value) + " mm") },
      ...KINDS.map(points),
    ],
    bands: [{ series: [1, 2], fill: themed("--band") }],
    axes: [axis, { ...axis, values: (chart, ticks) => ticks.map((tick) => tick + "°"), size: 44 }, { ...axis, scale: "mm", side: 1, grid: { show: false }, values: (chart, ticks) => ticks.map((tick) => tick + " mm"), size: 74 }],
    cursor: { points: { size: 7 } },
  };
}

// Extremes stand on the curve they belong to; rain and wind on that of the warmest moment.
function chartData(answer) {
  const time = (day) => Date.parse((day.length === 7 ? day + "-15" : day) + "T00:00:00Z") / 1000;
  const points = answer.points;
  const at = new Map(points.map((point, index) => [point.observed_on, index]));
  const marks = KINDS.map(() => new Array(points.length).fill(null));
  if (answer.by === "day") {
    for (const extreme of answer.extremes) {
      const index = at.get(extreme.observed_on);
      const kind = KINDS.indexOf(extreme.kind);
      if (index !== undefined && kind >= 0) {
        marks[kind][index] = extreme.kind === "heat" || extreme.kind === "frost" ? extreme.measured : points[index].temperature_max_c;
      }
    }
  }
  return [points.map((point) => time(point.observed_on)), points.map((point) => point.temperature_max_c), points.map((point) => point.temperature_min_c), points.map((point) => point.precipitation_mm), ...marks];
}

function Chart({ answer }) {
  const place = useRef(null);
  const chart = useRef(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const again = () => setTheme((count) => count + 1);
    scheme.addEventListener("change", again);
    return () => scheme.removeEventListener("change", again);
  }, []);
  useEffect(() => {
    const width = () => Math.max(260, place.current.clientWidth);
    const made = new uPlot(chartOptions(width(), answer.by), chartData(answer), place.current);
    chart.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: width(), height: made.height }));
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [answer.city, answer.by, theme]);
  useEffect(() => chart.current.setData(chartData(answer)), [answer]);
  return html`<div class="chart" ref=${place} data-points=${answer.points.length} data-city=${answer.city} data-by=${answer.by}></div>`;
}

function Choice({ label, values, chosen, choose }) {
  return html`<div class="choice" role="group" aria-label=${label}>
    ${values.map((value) => html`<button aria-pressed=${value === chosen ? "true" : "false"} data-choice=${value} onClick=${() => choose(value)}>${value}</button>`)}
  </div>`;
}

function ChartCard({ cities }) {
  const [city, setCity] = useState(cities[0]);
  const [by, setBy] = useState("day");
  const path = `/api/weather/chart?city=${encodeURIComponent(city)}&by=${by}`;
  const { answer, problem } = usePolled(path, 2 * SECOND);
  const current = answer && answer.city === city && answer.by === by;
  return html`<section class="panel" data-name="chart">
    <div class="heading">
      <h2>From the database</h2>
      <div class="choices">
        <${Choice} label="City" values=${cities} chosen=${city} choose=${setCity} />
        <${Choice} label="Points" values=${["day", "month"]} chosen=${by} choose=${setBy} />
      </div>
    </div>
    ${problem ? html`<p class="empty" role="alert">${problem}</p>` : null}
    ${current && answer.points.length ? html`<${Chart} answer=${answer} />` : html`<p class="empty">${answer && answer.points ? "No rows yet: the sink has not written any." : "Asking the database…"}</p>`}
  </section>`;
}

function Sightings({ sightings }) {
  return html`<section class="panel sightings" data-name="extremes">
    <div class="heading"><h2>Newest extremes</h2></div>
    ${sightings.length ? null : html`<p class="empty">Nothing extreme yet. Frost, heat, downpours and gales come up here, with what was posted about them.</p>`}
    <ul>
      ${sightings.map(
        (each) => html`<li key=${each.id} class=${"sighting " + (KINDS.includes(each.kind) ? each.kind : "")}>
          <p class="what"><b>${each.kind}</b><span>${oneDigit.format(each.measured)} ${each.unit}</span></p>
          <p class="where">${each.city}, ${shownDay(each.observedOn)}</p>
          ${each.posts.map((post) => html`<blockquote><cite>${post.author}</cite> ${post.text}</blockquote>`)}
        </li>`,
      )}
    </ul>
  </section>`;
}

function Processor({ processor }) {
  const { answer, problem } = usePolled("/api/weather/topology", 60 * SECOND);
  return html`<section class="panel" data-name="topology">
    <div class="heading">
      <h2>Kafka Streams</h2>
      <p><code>${processor.application}</code> <span class=${"pill " + (processor.state === "RUNNING" ? "running" : "starting")} data-name="streams">${processor.state.toLowerCase()}</span></p>
    </div>
    ${answer ? html`<${Topology} drawing=${answer} />` : html`<p class="empty">${problem || "Asking…"}</p>`}
    ${answer ? html`<details><summary>As Kafka Streams describes it</summary><pre>${answer.text}</pre></details>` : null}
  </section>`;
}

// One line for each topic that a group reads, its partitions taken together.
function byTopic(group) {
  const topics = new Map();
  for (const each of group.positions) {
    const sum = topics.get(each.topic) || { topic: each.topic, committed: 0, end: 0, partitions: [] };
    const committed = Math.max(0, each.committed);
    sum.committed += committed;
    sum.end += each.end;
    sum.partitions.push(`partition ${each.partition}: ${committed} of ${each.end}`);
    topics.set(each.topic, sum);
  }
  return [...topics.values()];
}

function Groups({ groups }) {
  const lines = groups.flatMap((group) => byTopic(group).map((sum, at) => ({ group, sum, first: at === 0 })));
  return html`<section class="panel" data-name="groups">
    <div class="heading"><h2>Consumer groups</h2></div>
    ${groups.length
      ? html`<div class="scrolled"><table>
          <thead><tr><th>group</th><th>topic</th><th class="figure">committed</th><th class="figure">end</th><th class="figure">lag</th></tr></thead>
          <tbody>
            ${lines.map(
              ({ group, sum, first }) => html`<tr key=${group.group + sum.topic} class=${first ? "first" : ""} title=${sum.partitions.join(", ")}>
                <td>${first ? html`<code>${group.group}</code> <span class="soft">${group.what}</span>` : ""}</td>
                <td><code>${sum.topic}</code></td>
                <td class="figure">${number.format(sum.committed)}</td>
                <td class="figure">${number.format(sum.end)}</td>
                <td class="figure"><span class=${"lag" + (sum.end > sum.committed ? " behind" : "")}>${number.format(sum.end - sum.committed)}</span></td>
              </tr>`,
            )}
          </tbody>
        </table></div>`
      : html`<p class="empty">No group has begun yet.</p>`}
  </section>`;
}

function Database({ database, sink }) {
  const running = sink.state === "RUNNING" && sink.tasks.every((task) => task === "RUNNING");
  return html`<section class="panel" id="database" data-name="database">
    <div class="heading">
      <h2>Database</h2>
      <p><code>${sink.connector}</code> <span class=${"pill " + (running ? "running" : sink.state === "FAILED" || sink.tasks.includes("FAILED") ? "failed" : "starting")} data-name="sink">${sink.state === "ABSENT" ? "not made yet" : [sink.state, ...sink.tasks.map((task) => "task " + task)].join(", ").toLowerCase()}</span></p>
    </div>
    <p class="soft address">${database.address}</p>
    <table>
      <thead><tr><th>table</th><th class="figure">rows</th></tr></thead>
      <tbody>${database.tables.map((table) => html`<tr key=${table.table}><td><code>${table.table}</code></td><td class="figure" data-table=${table.table}>${number.format(table.rows)}</td></tr>`)}</tbody>
      <tfoot><tr><td>all</td><td class="figure" data-name="rows">${number.format(database.rows)}</td></tr></tfoot>
    </table>
    ${sink.problem ? html`<details><summary>What the connector says</summary><pre>${sink.problem}</pre></details>` : null}
  </section>`;
}

function Topic({ topic }) {
  const { answer, problem } = usePolled("/api/weather/topics/" + encodeURIComponent(topic), SECOND);
  if (!answer || answer.topic !== topic) {
    return html`<p class="empty">${problem || "Reading…"}</p>`;
  }
  const fields = answer.schema.fields.map((field) => field.name);
  return html`<div role="tabpanel" data-topic=${topic}>
    <p class="soft">${answer.description}. Keys are cities, values are Avro.</p>
    ${problem ? html`<p class="empty" role="alert">${problem}</p>` : null}
    ${answer.records.length ? null : html`<p class="empty">No records yet.</p>`}
    <div class="scrolled records"><table>
      <thead><tr><th>at</th>${fields.map((field) => html`<th>${field}</th>`)}</tr></thead>
      <tbody>
        ${answer.records.map(
          (record) => html`<tr key=${record.partition + "/" + record.offset}>
            <td class="soft" title="partition, offset">${record.partition}/${record.offset}</td>
            ${record.value && typeof record.value === "object"
              ? fields.map((field) => html`<td class=${typeof record.value[field] === "number" ? "figure" : ""}>${record.value[field] === undefined ? "" : String(record.value[field])}</td>`)
              : html`<td colspan=${fields.length}>${String(record.value)}</td>`}
          </tr>`,
        )}
      </tbody>
    </table></div>
    <details><summary>Schema <code>${answer.subject}</code>, version ${answer.version}, id ${answer.schemaId}</summary><pre>${JSON.stringify(answer.schema, null, 2)}</pre></details>
  </div>`;
}

function Topics({ streams, chosen, choose }) {
  return html`<section class="panel" id="topics" data-name="topics">
    <div class="heading"><h2>Topics</h2></div>
    <div class="tabs" role="tablist">
      ${streams.map((stream) => html`<button role="tab" key=${stream.topic} data-tab=${stream.topic} aria-selected=${stream.topic === chosen ? "true" : "false"} onClick=${() => choose(stream.topic)}>${stream.topic}</button>`)}
    </div>
    <${Topic} topic=${chosen} />
  </section>`;
}

function Page({ cities }) {
  const { answer: state, problem } = usePolled("/api/weather", SECOND);
  const [topic, setTopic] = useState("weather.reports");
  if (!state) {
    return html`<main class="container"><p class="waiting" role="status">${problem || "Asking Naru…"}</p></main>`;
  }
  const open = (name) => {
    setTopic(name);
    document.getElementById("topics").scrollIntoView({ behavior: "smooth" });
  };
  const problems = problem ? [problem + ". The figures below are the last ones.", ...state.problems] : state.problems;
  return html`<div class=${problem ? "lost" : ""}>
    <${Header} replay=${state.replay} lost=${problem !== ""} />
    <main class="container">
      <${Problems} problems=${problems} />
      <${Flow} state=${state} open=${open} />
      <div class="two">
        <${ChartCard} cities=${cities} />
        <${Sightings} sightings=${state.sightings} />
      </div>
      <${Processor} processor=${state.processor} />
      <div class="two even">
        <${Groups} groups=${state.groups} />
        <${Database} database=${state.database} sink=${state.sink} />
      </div>
      <${Topics} streams=${state.streams} chosen=${topic} choose=${setTopic} />
      <footer>Weather: NOAA, public domain, by way of vega-datasets. Posts: made up. · <a href="/api/weather">these figures as JSON</a></footer>
    </main>
  </div>`;
}

async function begin() {
  const place = document.getElementById("app");
  try {
    const cities = await ask("/api/weather/cities");
    place.textContent = "";
    render(html`<${Page} cities=${cities} />`, place);
  } catch {
    place.textContent = "Naru does not answer; trying again.";
    setTimeout(begin, SECOND);
  }
}

begin();
