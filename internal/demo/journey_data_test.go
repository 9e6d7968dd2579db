package demo

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/witness"
)

// shopper is who looks on, as a member: the regular of the first community.
func (j *journey) shopper() *player { return j.cast.byRef[j.cast.regular] }

// buy settles a purchase of somebody in her community and gives its receipt's token.
func (j *journey) buy(p *player, ref string) string {
	j.Helper()
	s, err := j.Flows.Settle(j.ctx, j.places[p.home], db.System, flow.Purchase{
		Ref: ref, PurchasedAt: j.DB.Clock().Now(), Member: p.ref, Merchant: j.shopsOf(p.home)[0], List: 23_40, Price: 23_40, Held: 23_40, Items: 1,
	})
	if err != nil {
		j.Fatal(err)
	}
	return s.Receipt()
}

// bytes are what an address gives this browser.
func (j *journey) bytes(path string) []byte {
	j.Helper()
	text := js[string](j, `fetch("`+path+`").then(r => r.ok ? r.arrayBuffer() : Promise.reject(r.status)).then(b => btoa([...new Uint8Array(b)].map(x => String.fromCharCode(x)).join("")))`)
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		j.Fatal(err)
	}
	return b
}

// TestAPurchaseIsProvedAtHome: what was bought a moment ago stands under what she
// bought, its receipt opens, and the file that she takes home is proved by a program
// that shares no line with ours; one byte changed, it is not.
func TestAPurchaseIsProvedAtHome(t *testing.T) {
	travel(t, views, func(j *journey) {
		p := j.shopper()
		token := j.buy(p, "journey-"+j.name)
		j.as(&j.masked[0])
		j.open("/me/purchases")
		j.picture("purchase")
		j.press("a[href='/r/"+token+"']", ".receipt")
		j.picture("purchase")
		if !strings.Contains(j.text(), "23.40") {
			j.Errorf("the receipt does not say its price: %s", j.text())
		}
		file := j.bytes("/r/" + token + "/file")
		_, key, err := j.Proof.Origin(j.ctx, j.places[p.home])
		if err != nil {
			j.Fatal(err)
		}
		if _, _, err := witness.Open(file, key); err != nil {
			j.Errorf("the file does not prove itself: %v", err)
		}
		at := bytes.Index(file, []byte("2340"))
		if at < 0 {
			j.Fatalf("no price in the file: %s", file)
		}
		file[at]++
		if _, _, err := witness.Open(file, key); err == nil {
			j.Error("another price is proved as well")
		}
	})
}

// TestTakingOnesDataAlong: the file holds a PDF and every chapter, what she bought,
// and nobody else.
func TestTakingOnesDataAlong(t *testing.T) {
	travel(t, views[:2], func(j *journey) {
		j.as(&j.masked[0])
		j.open("/me/data")
		j.picture("export")
		packed := j.bytes("/me/data/file")
		z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
		if err != nil {
			j.Fatal(err)
		}
		files, all := make(map[string][]byte), ""
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				j.Fatal(err)
			}
			if files[f.Name], err = io.ReadAll(r); err != nil {
				j.Fatal(err)
			}
			if strings.HasSuffix(f.Name, ".pdf") && !bytes.HasPrefix(files[f.Name], []byte("%PDF-")) {
				j.Errorf("%s is no PDF", f.Name)
			}
			if strings.HasSuffix(f.Name, ".json") {
				all += string(files[f.Name])
			}
		}
		chapters, err := j.Flows.Told(j.ctx, j.masked[0].Person)
		if err != nil || len(files) != len(chapters)+1 {
			j.Errorf("%d files for %d chapters: %v", len(files), len(chapters), err)
		}
		for _, c := range chapters {
			if !json.Valid(files["json/"+c.File]) {
				j.Errorf("%s cannot be read", c.File)
			}
		}
		var bought []map[string]any
		if err := json.Unmarshal(files["json/purchases.json"], &bought); err != nil || len(bought) == 0 {
			j.Errorf("%d purchases: %v", len(bought), err)
		}
		me := j.shopper()
		if !strings.Contains(all, me.Name) {
			j.Error("her own name is not in it")
		}
		for i := range j.cast.players {
			p := &j.cast.players[i]
			if p.Phone != me.Phone && strings.Contains(all, p.Phone) || p.Name != me.Name && len(p.Name) >= 9 && strings.Contains(all, `"`+p.Name+`"`) {
				j.Errorf("it tells of %s %s", p.Name, p.Phone)
			}
		}
	})
}

// forgettable is somebody with a home and no part, other than those who look on.
func (j *journey) forgettable(n int) *player {
	for _, p := range j.playing("") {
		if p.ref != j.cast.regular && p.ref != j.cast.senior && p.home != "" {
			if n--; n < 0 {
				return p
			}
		}
	}
	j.Fatal("everybody is needed")
	return nil
}

// enter signs a player in with a code.
func (j *journey) enter(p *player) {
	j.Helper()
	phone := strings.TrimPrefix(p.Phone, "+86")
	code := j.askCode(phone)
	j.do(chromedp.SendKeys("#f-code", code), chromedp.Click(submit), chromedp.WaitNotPresent("#f-code"), chromedp.WaitVisible("main"))
	if js[bool](j, "!!document.querySelector('#f-agreed')") {
		j.do(chromedp.Click("#f-agreed"), chromedp.Click(submit), chromedp.WaitNotPresent("#f-agreed"), chromedp.WaitVisible("main"))
	}
	j.open("/me?lang=" + j.lang + "&theme=" + j.theme)
}

// TestBeingForgotten: wrong digits are refused beside their field and what was
// chosen is kept; in seven days can be taken back; at once is at once: the number is
// free, the receipt is closed, and the books are whole.
func TestBeingForgotten(t *testing.T) {
	travel(t, views[:2], func(j *journey) {
		n := map[string]int{views[0].name: 0, views[1].name: 1}[j.name]
		p := j.forgettable(n)
		token := j.buy(p, "forgotten-"+j.name)
		j.enter(p)
		tail := p.Tail()
		j.open("/me/data/erasure")
		j.do(chromedp.SendKeys("#f-tail", tail))
		j.press("main form:has(#f-tail) button[type=submit]", "form[action='/me/data/erasure/end'] button")
		j.at("/me/data")
		j.picture("erasure")
		j.do(chromedp.Click("form[action='/me/data/erasure/end'] button"), chromedp.WaitNotPresent("form[action='/me/data/erasure/end']"))
		j.open("/me/data/erasure")
		wrong := "0000"
		if tail == wrong {
			wrong = "0001"
		}
		j.do(chromedp.Click("input[name=when][value=now]"), chromedp.SendKeys("#f-tail", wrong))
		j.press("main form:has(#f-tail) button[type=submit]", "#f-tail-bad")
		if !js[bool](j, "document.querySelector('input[name=when][value=now]').checked && document.querySelector('#f-tail').value === '"+wrong+"'") {
			j.Error("what was chosen is lost")
		}
		j.picture("erasure")
		js[bool](j, "(document.querySelector('#f-tail').value = '', true)")
		j.do(chromedp.SendKeys("#f-tail", tail), chromedp.Click("main form:has(#f-tail) button[type=submit]"), chromedp.WaitNotPresent("#f-tail"), chromedp.WaitVisible("main"))
		j.at("/goodbye")
		j.picture("erasure")
		err := j.DB.View(j.ctx, id.Tilde, func(r db.Reader) error {
			_, err := j.Flows.People.ByPhone(j.ctx, r, p.Phone)
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			j.Errorf("her number is still known: %v", err)
		}
		if got := j.status("/r/" + token); got != http.StatusNotFound {
			j.Errorf("her receipt answers %d", got)
		}
		if text := js[string](j, "fetch('/me/data', {headers: {Accept: 'text/html'}}).then(r => r.url)"); !strings.Contains(text, "/sign-in") {
			j.Errorf("her session goes on: %s", text)
		}
		report, err := j.Flows.Verify(j.ctx, j.places[p.home], flow.VerifyOptions{})
		if err != nil || !report.Whole() {
			j.Errorf("the books: %v, %+v", err, report.Findings)
		}
	})
}
