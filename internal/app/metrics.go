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
		logCollector{a}, jobCollector{a},
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

// jobCollector tells how the work after commits stands.
type jobCollector struct{ app *App }

var (
	waitingDesc = prometheus.NewDesc("gongyi_jobs_waiting", "Notes that are handed over and not yet done.", nil, nil)
	oldestDesc  = prometheus.NewDesc("gongyi_jobs_oldest_seconds", "Age of the oldest of them.", nil, nil)
	failingDesc = prometheus.NewDesc("gongyi_jobs_failing", "Notes that failed at least once and are tried again.", nil, nil)
	strangeDesc = prometheus.NewDesc("gongyi_jobs_unhandled", "Notes of kinds that nobody handles.", nil, nil)
	sweepDesc   = prometheus.NewDesc("gongyi_sweep_failed", "Communities in which the latest sweep failed.", []string{"sweep"}, nil)
)

// Describe implements prometheus.Collector.
func (c jobCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, oldestDesc, failingDesc, strangeDesc, sweepDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c jobCollector) Collect(ch chan<- prometheus.Metric) {
	if c.app.jobs == nil {
		return
	}
	s := c.app.jobs.Status()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	age, strange := 0.0, 0
	if !s.Oldest.IsZero() {
		age = c.app.DB.Clock().Now().Sub(s.Oldest).Seconds()
	}
	for _, n := range s.Strange {
		strange += n
	}
	gauge(waitingDesc, float64(s.Waiting))
	gauge(oldestDesc, age)
	gauge(failingDesc, float64(len(s.Failing)))
	gauge(strangeDesc, float64(strange))
	for _, w := range s.Sweeps {
		gauge(sweepDesc, float64(len(w.Failed)), w.Name)
	}
}
