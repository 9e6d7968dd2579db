package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gongyi/internal/app"
	"gongyi/internal/platform/ui/uitest"
	"gongyi/internal/witness"
)

// TestJourneyFromAPurchaseToItsProof: what was bought a moment ago stands under what
// she bought; its receipt opens and says where the money went; the file that she keeps
// is proved with the key on the page alone, by a program that shares no line with
// ours; with another price it is not, and the house says so as well.
func TestJourneyFromAPurchaseToItsProof(t *testing.T) {
	travel(t, "purchase", []uitest.Look{uitest.PhoneZh, uitest.DeskEn, uitest.PhoneElder}, func(j *journey) {
		p := j.shopper()
		r := j.buy(p, "journey-"+j.Look.Name)
		j.as(&j.d.masked[0])
		j.Press("我买过的")
		j.At("/me/purchases")
		j.Says("%s", r.Shops[r.Facts.Merchant.ID])
		j.Says("23.40")
		j.Picture()
		j.Follow("main a[href='/r/" + r.Token + "']")
		j.Says("这 %s 去了哪里", "23.40")
		j.Says("已写进公开存证，谁也改不了")
		j.Says("%s", communities[p.home[1]-'1'])
		j.readLegend()
		j.Picture()

		file := j.Download("存下小票文件")
		key := uitest.Ask[string](j.Tab, `document.querySelector("ol.stem li:last-child .cmd code").innerText.trim()`)
		forged := bytes.Replace(file, []byte(" CNY 2340 "), []byte(" CNY 1340 "), 1)
		if bytes.Equal(forged, file) {
			j.Fatalf("the file does not tell the price:\n%s", file)
		}
		if _, _, err := witness.Open(file, key); err != nil {
			j.Errorf("the file does not prove itself: %v", err)
		}
		if o := app.VerifyReceipt(file, []string{key}, nil); !o.True {
			j.Errorf("our own program does not believe the file: %+v", o)
		}
		if _, _, err := witness.Open(forged, key); err == nil {
			j.Error("another price is proved as well")
		}

		j.verify(file)
		j.Says("这张小票是真的")
		j.Picture()
		j.verify(forged)
		j.Says("这张小票不对")
		j.Picture()
	})
}

// readLegend fails unless everybody can read who got what of the price: the bar alone
// says it to nobody.
func (j *journey) readLegend() {
	j.Helper()
	got := uitest.Ask[[]string](j.Tab, `[...document.querySelectorAll("section:has(.went) li")].filter((e) => e.checkVisibility()).map((e) => e.querySelector("b").innerText)`)
	sum := 0.0
	for _, part := range got {
		yuan, err := strconv.ParseFloat(part, 64)
		if err != nil {
			j.Errorf("%q is no amount", part)
		}
		sum += yuan
	}
	if math.Abs(sum-23.40) > 0.001 {
		j.Errorf("the parts of 23.40 are %q", got)
	}
}

// verify gives a file to the page that checks receipts.
func (j *journey) verify(file []byte) {
	j.Helper()
	name := filepath.Join(j.TempDir(), "receipt.json")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		j.Fatal(err)
	}
	j.Open("/verify")
	j.Do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{name}))
	j.Press("验这张小票")
}

// unpressable are the things around a page, and on it, that paper cannot use.
const unpressable = `[...document.querySelectorAll("button, input, .btn, .tabs, .bell, .demo, .switches, .back, .dock, .rail, .strip, .foot")]
	.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80))`

// TestJourneyOntoPaper: a receipt on paper says what the screen says, in full, and
// holds nothing to press; so do the pages of what she has.
func TestJourneyOntoPaper(t *testing.T) {
	travel(t, "paper", []uitest.Look{uitest.PhoneZh, uitest.DeskEn}, func(j *journey) {
		p := j.shopper()
		r := j.buy(p, "paper-"+j.Look.Name)
		j.as(&j.d.masked[0])
		j.Medium("print")
		for _, path := range []string{"/me/wallet", "/me/purchases", "/r/" + r.Token} {
			j.Open(path)
			if found := uitest.Ask[[]string](j.Tab, unpressable); len(found) > 0 {
				j.Errorf("%s prints what can only be pressed:\n%s", path, strings.Join(found, "\n"))
			}
			j.Picture()
		}
		j.Says("%s", r.Shops[r.Facts.Merchant.ID])
		j.Says("这 %s 去了哪里", "23.40")
		j.Says("已写进公开存证，谁也改不了")
		j.readLegend()
		closed := `[...document.querySelectorAll("main details")].filter((e) => ![...e.children].some((c) => c.matches(":not(summary)") && c.checkVisibility())).map((e) => e.innerText)`
		if found := uitest.Ask[[]string](j.Tab, closed); len(found) > 0 {
			j.Errorf("paper cannot unfold %q", found)
		}
		if dark := uitest.Ask[string](j.Tab, `getComputedStyle(document.body).backgroundColor`); dark != "rgb(255, 255, 255)" && dark != "rgba(0, 0, 0, 0)" {
			j.Errorf("the paper is to be %s", dark)
		}
		j.leavePDF()
	})
}

// leavePDF leaves the sheets as a printer gets them beside the pictures.
func (j *journey) leavePDF() {
	j.Helper()
	sheets, err := chromedp.Run(j.Chrome(), chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil || !bytes.HasPrefix(sheets, []byte("%PDF-")) {
		j.Fatalf("%v: %s", err, base64.StdEncoding.EncodeToString(sheets[:min(9, len(sheets))]))
	}
	if n := bytes.Count(sheets, []byte("/Type /Page\n")); n < 1 || n > 2 {
		j.Errorf("the receipt takes %d sheets of paper", n)
	}
	if dir := os.Getenv("GONGYI_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("journey-paper-%s.pdf", j.Look.Name)), sheets, 0o644); err != nil {
			j.Fatal(err)
		}
	}
}
