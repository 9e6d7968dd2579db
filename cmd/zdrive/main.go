package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

func main() {
	base, out := os.Args[1], os.Args[2]
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("accept-lang", "zh-CN"), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("disable-background-networking", true))
	actx, c := chromedp.NewExecAllocator(context.Background(), opts...)
	defer c()
	tabs := map[string]context.Context{}
	var cur context.Context
	sc := bufio.NewScanner(os.Stdin)
	run := func(a ...chromedp.Action) {
		ctx, c := context.WithTimeout(cur, 20*time.Second)
		defer c()
		if err := chromedp.Run(ctx, a...); err != nil {
			fmt.Println("ERR", err)
		}
	}
	for sc.Scan() {
		f := strings.SplitN(sc.Text(), " ", 3)
		if len(f) < 2 {
			continue
		}
		switch f[0] {
		case "tab": // tab NAME
			if tabs[f[1]] == nil {
				bctx, _ := chromedp.NewContext(actx)
				chromedp.Run(bctx)
				nctx, _ := chromedp.NewContext(bctx, chromedp.WithNewBrowserContext())
				tabs[f[1]] = nctx
				cur = nctx
				run(emulation.SetDeviceMetricsOverride(390, 844, 2, true))
			}
			cur = tabs[f[1]]
		case "size":
			var w, h int64
			fmt.Sscanf(f[1], "%dx%d", &w, &h)
			run(emulation.SetDeviceMetricsOverride(w, h, 1.25, w < 700))
		case "as":
			var acts []string
			run(chromedp.Navigate(base+"/demo/as"), chromedp.Evaluate(`[...new Set([...document.querySelectorAll('form[action^="/demo/as/"]')].map(f=>f.getAttribute("action")))]`, &acts))
			var n int
			fmt.Sscan(f[1], &n)
			run(chromedp.Evaluate(fmt.Sprintf(`document.querySelector('form[action="%s"]').requestSubmit()`, acts[n]), nil), chromedp.Sleep(1500*time.Millisecond))
		case "open":
			run(chromedp.Navigate(base+f[1]), chromedp.Sleep(700*time.Millisecond))
		case "click":
			run(chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).click()`, strings.Join(f[1:], " ")), nil), chromedp.Sleep(1200*time.Millisecond))
		case "type":
			run(chromedp.SetValue(f[1], f[2]))
		case "keys":
			run(chromedp.SendKeys(f[1], f[2]))
		case "js":
			var v any
			run(chromedp.Evaluate(strings.Join(f[1:], " "), &v), chromedp.Sleep(500*time.Millisecond))
			fmt.Println(v)
		case "wait":
			d, _ := time.ParseDuration(f[1])
			time.Sleep(d)
		case "shot":
			var png []byte
			run(chromedp.ActionFunc(func(ctx context.Context) error {
				var err error
				png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(len(f) > 2).Do(ctx)
				return err
			}))
			os.WriteFile(out+"/"+f[1]+".png", png, 0o644)
		}
	}
}
