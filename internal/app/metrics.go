package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what an operator's Prometheus reads at /metrics.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMetrics(a *App) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gongyi_http_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "gongyi_http_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}}, []string{"route"}),
	}
	stats := a.DB.Stats()
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	m.registry.MustRegister(m.calls, m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		counter("gongyi_db_commits_total", "Commits of the writers.", stats.Batches.Load),
		counter("gongyi_db_closures_total", "Closures that were committed.", stats.Closures.Load),
		counter("gongyi_db_refused_total", "Closures that were refused.", stats.Refused.Load),
		counter("gongyi_db_retries_total", "Batches that ran again.", stats.Retries.Load),
		counter("gongyi_db_busy_total", "Requests turned away because a queue was full.", stats.Busy.Load),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "gongyi_db_batch_size", Help: "Closures in the latest commit."}, func() float64 { return float64(stats.LastBatch.Load()) }),
		logCollector{a},
	)
	return m
}

// observe counts a request.
func (m *metrics) observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.calls.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// logCollector tells how far each community's evidence log is published.
type logCollector struct{ app *App }

var (
	publishedDesc = prometheus.NewDesc("gongyi_log_published", "Entries under the published checkpoint.", []string{"community"}, nil)
	unsignedDesc  = prometheus.NewDesc("gongyi_log_unsigned", "1 if the log cannot be signed.", []string{"community"}, nil)
)

// Describe implements prometheus.Collector.
func (c logCollector) Describe(ch chan<- *prometheus.Desc) { ch <- publishedDesc; ch <- unsignedDesc }

// Collect implements prometheus.Collector.
func (c logCollector) Collect(ch chan<- prometheus.Metric) {
	for community, fault := range c.app.Proof.Faults() {
		unsigned := 0.0
		if fault != nil {
			unsigned = 1
		}
		ch <- prometheus.MustNewConstMetric(unsignedDesc, prometheus.GaugeValue, unsigned, community.String())
		if s, ok := c.app.Proof.Published(community); ok {
			ch <- prometheus.MustNewConstMetric(publishedDesc, prometheus.GaugeValue, float64(s.Published), community.String())
		}
	}
}
