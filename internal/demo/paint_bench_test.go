package demo

import (
	"context"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// BenchmarkPaint measures when the largest part of a page is painted on a slow
// phone: a quarter of this machine's speed, 1.6 Mbit/s and 150 ms away. The cache is
// empty each time.
func BenchmarkPaint(b *testing.B) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		b.Skip("no chromium here")
	}
	d, err := street()
	if err != nil {
		b.Fatal(err)
	}
	h, err := d.Handler(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	token, err := d.open(b.Context(), d.masked[0].phone)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(as(h, token))
	defer server.Close()
	for _, path := range []string{"/home", "/me/wallet", "/me/purchases", "/c/C1/books"} {
		b.Run(path[1:], func(b *testing.B) {
			sum := 0.0
			for b.Loop() {
				sum += paint(b, program, server.URL+path)
			}
			b.ReportMetric(sum/float64(b.N), "lcp-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// slowNetwork is the command that today's browsers know; its successor takes rules
// that Debian's does not have yet.
var slowNetwork = cdp.Command[network.OverrideNetworkStateParams, struct{}]{Method: "Network.emulateNetworkConditions"}

// paint opens a page in a browser of its own and tells when it was painted, in ms.
func paint(b *testing.B, program, url string) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(b.TempDir()), chromedp.Flag("disable-component-update", true))...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	const megabit = 125_000.0
	err := chromedp.Do(ctx,
		chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2)),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
				return err
			}
			if _, err := cdp.Call(ctx, t, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, t, slowNetwork, network.OverrideNetworkStateParams{Latency: 150, DownloadThroughput: 1.6 * megabit, UploadThroughput: 0.75 * megabit})
			return err
		}),
		chromedp.Navigate(url))
	if err != nil {
		b.Fatal(err)
	}
	const largest = `new Promise(done => new PerformanceObserver(l => done(l.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true}))`
	at, err := chromedp.Run(ctx, chromedp.Evaluate[float64](largest, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatal(err)
	}
	return at
}
