// Draws the figures of a chart with ECharts, in the colours of the page. The
// tooltip is drawn on the picture too, since markup of its own would need styles.
import { init, use } from "echarts/core";
import { BarChart, HeatmapChart, LineChart, PieChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { dressed, theme } from "./theme.js";

use([BarChart, HeatmapChart, LineChart, PieChart, SankeyChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

export function start(box) {
  const data = JSON.parse(box.dataset.chart);
  box.hidden = false;
  const numbers = box.parentElement.querySelector("details.numbers");
  if (numbers) numbers.open = false;
  let chart;
  const draw = () => {
    chart?.dispose();
    const look = theme();
    if (look.elder) look.still = true;
    chart = init(box, null, { renderer: "canvas" });
    chart.setOption(options(data, look, box.clientWidth));
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", data.title);
  };
  draw();
  dressed(draw);
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    chart.resize();
    if (data.kind === "sankey") chart.setOption(options(data, theme(), width));
  }).observe(box);
}

function options(data, look, width) {
  const ten = 10 ** data.scale;
  const write = new Intl.NumberFormat("en-US", { minimumFractionDigits: data.scale, maximumFractionDigits: data.scale });
  const short = new Intl.NumberFormat("en-US", { maximumFractionDigits: data.scale });
  const say = (v) => (v === undefined || v === null ? "–" : write.format(v).replace("-", "−"));
  const size = look.elder ? 18 : 13;
  const text = { fontFamily: look.font, fontSize: size, color: look.get("ink-2") };
  const base = {
    color: look.series,
    animation: !look.still,
    animationDuration: 480,
    textStyle: text,
    aria: { enabled: false },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: look.get("sheet"), borderColor: look.get("edge"), borderWidth: 1, padding: [8, 12],
      textStyle: { ...text, color: look.get("ink") }, valueFormatter: say, extraCssText: "",
    },
  };
  const axis = { axisLabel: { ...text }, axisLine: { lineStyle: { color: look.get("edge") } }, axisTick: { show: false } };
  const many = (data.series?.length ?? 0) > 1;
  const legend = many ? { bottom: 0, itemWidth: 12, itemHeight: 12, icon: "roundRect", textStyle: text } : undefined;
  const values = (s) => s.values.map((v) => (v === null ? null : v / ten)); // null: not told
  switch (data.kind) {
    case "pie": {
      const rows = data.labels.map((name, i) => ({ name, value: data.series[0].values[i] / ten }));
      const all = rows.reduce((sum, r) => sum + r.value, 0) || 1;
      const share = (name) => `${name} ${((rows.find((r) => r.name === name).value / all) * 100).toFixed(1)}%`;
      const narrow = width < 480; // names beside the slices have no room: they stand below
      return { ...base, tooltip: { ...base.tooltip, trigger: "item" },
        legend: narrow ? { bottom: 0, itemWidth: 12, itemHeight: 12, icon: "roundRect", textStyle: text, formatter: share } : undefined,
        series: [{ type: "pie", radius: ["42%", "70%"], center: ["50%", narrow ? "42%" : "50%"], data: rows, itemStyle: { borderColor: look.get("paper"), borderWidth: 2 },
          label: { show: !narrow, ...text, color: look.get("ink"), formatter: (p) => share(p.name) }, labelLine: { show: !narrow, lineStyle: { color: look.get("edge") } } }] };
    }
    case "sankey": {
      const names = [...new Set(data.flows.flatMap((f) => [f.source, f.target]))];
      const flows = data.flows.map((f) => ({ ...f, value: f.value / ten }));
      const tall = width < 560;
      return { ...base, tooltip: { ...base.tooltip, trigger: "item" }, series: [{ type: "sankey", orient: tall ? "vertical" : "horizontal", left: 8, right: tall ? 8 : 120, top: 8, bottom: tall ? 28 : 8, nodeGap: 18, nodeWidth: 14, draggable: false,
        data: names.map((name, i) => ({ name, itemStyle: { color: look.series[i % 6] } })), links: flows,
        lineStyle: { color: "source", opacity: 0.3 }, emphasis: { focus: "adjacency" }, label: { ...text, color: look.get("ink"), position: tall ? "bottom" : "right" } }] };
    }
    case "heat": {
      const cells = data.series.flatMap((s, y) => s.values.map((v, x) => [x, y, v])).filter((c) => c[2] !== null).map(([x, y, v]) => [x, y, v / ten]);
      return { ...base, tooltip: { ...base.tooltip, formatter: (p) => `${data.series[p.value[1]].name} ${data.labels[p.value[0]]}  ${say(p.value[2])}` },
        grid: { left: 8, right: 8, top: 8, bottom: 40, containLabel: true },
        xAxis: { ...axis, type: "category", data: data.labels }, yAxis: { ...axis, type: "category", data: data.series.map((s) => s.name), inverse: true },
        visualMap: { min: 0, max: Math.max(1, ...cells.map((c) => c[2])), calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 12, inRange: { color: look.heat }, textStyle: text },
        series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.get("paper"), borderWidth: 2 }, label: { show: width > 420, ...text, formatter: (p) => short.format(p.value[2]), color: look.get("ink"), textBorderColor: look.get("paper"), textBorderWidth: 2 } }] };
    }
  }
  const goal = data.goal === undefined ? undefined : { symbol: "none", silent: true, lineStyle: { color: look.get("ink-3"), type: "dashed" }, label: { ...text, formatter: say(data.goal / ten), position: "insideStartTop" }, data: [{ yAxis: data.goal / ten }] };
  const line = data.kind === "line";
  return {
    ...base, legend,
    tooltip: { ...base.tooltip, trigger: "axis", axisPointer: { type: line ? "line" : "shadow", lineStyle: { color: look.get("edge") }, shadowStyle: { color: look.get("ink"), opacity: 0.06 } } },
    grid: { left: 8, right: 16, top: 16, bottom: many ? 36 : 8, containLabel: true },
    xAxis: { ...axis, type: "category", data: data.labels, boundaryGap: !line },
    yAxis: { ...axis, type: "value", axisLine: { show: false }, axisLabel: { ...text, formatter: (v) => short.format(v).replace("-", "−") }, splitLine: { lineStyle: { color: look.get("rule") } } },
    series: data.series.map((s, i) => ({
      name: s.name, type: line ? "line" : "bar", stack: data.kind === "stack" ? "all" : undefined, data: values(s), symbolSize: 7, barMaxWidth: 36,
      lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][i % 3] }, itemStyle: line ? undefined : { borderRadius: 2 }, markLine: i === 0 ? goal : undefined,
    })),
  };
}
