package demo

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"
)

// TestJourneyOfOnesData: who wants to know finds who looked; the file that she takes
// along holds pages to read and every chapter, and nobody else.
func TestJourneyOfOnesData(t *testing.T) {
	travel(t, "data", []uitest.Look{uitest.DeskZh, uitest.PhoneEn}, func(j *journey) {
		j.as(&j.d.masked[0])
		j.Press("我的数据")
		j.At("/me/data")
		j.Says("谁看过我的资料")
		j.Picture()
		files := j.unpack(j.Download("带走我的全部数据"))
		if pages := files[j.Word("我的数据")+".pdf"]; !bytes.HasPrefix(pages, []byte("%PDF-")) {
			j.Errorf("no pages to read, but %.9q", pages)
		}
		chapters, err := j.d.Flows.Told(j.Context(), j.d.masked[0].Person)
		if err != nil || len(files) != len(chapters)+1 {
			j.Errorf("%d files for %d chapters: %v", len(files), len(chapters), err)
		}
		var all strings.Builder
		for _, c := range chapters {
			if !json.Valid(files["json/"+c.File]) {
				j.Errorf("%s cannot be read: %q", c.File, files["json/"+c.File])
			}
			all.Write(files["json/"+c.File])
		}
		var bought []map[string]any
		if err := json.Unmarshal(files["json/purchases.json"], &bought); err != nil || len(bought) == 0 {
			j.Errorf("%d purchases: %v", len(bought), err)
		}
		j.mindOthers(all.String())
	})
}

// unpack reads a packed file.
func (j *journey) unpack(packed []byte) map[string][]byte {
	j.Helper()
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		j.Fatalf("%v: %.300q", err, packed)
	}
	files := make(map[string][]byte)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			j.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			j.Fatal(err)
		}
	}
	return files
}

// mindOthers fails unless what was taken along tells of the shopper and of nobody
// else. Names of two characters are borne by several people: those count only if no
// part of the street bears them with her.
func (j *journey) mindOthers(all string) {
	j.Helper()
	me := j.shopper()
	if !strings.Contains(all, me.Name) || !strings.Contains(all, me.Tail()) {
		j.Error("she is not in it herself")
	}
	for i := range j.d.cast.players {
		p := &j.d.cast.players[i]
		if p.Phone != me.Phone && strings.Contains(all, p.Phone) || p.Name != me.Name && strings.Contains(all, `"`+p.Name+`"`) {
			j.Errorf("it tells of %s %s", p.Name, p.Phone)
		}
	}
}

// TestJourneyToBeForgotten: wrong digits are refused beside their field and what was
// chosen is kept; what is due in seven days can be taken back; at once is at once: the
// number is free, the receipt is closed, the session is over, and the books are whole.
func TestJourneyToBeForgotten(t *testing.T) {
	looks := []uitest.Look{uitest.PhoneZh, uitest.DeskElder, uitest.PhoneEn}
	travel(t, "forgotten", looks, func(j *journey) {
		p := j.spare(map[string]int{looks[0].Name: 0, looks[1].Name: 1, looks[2].Name: 2}[j.Look.Name])
		token := j.buy(p, "forgotten-"+j.Look.Name).Token
		j.enter(p)
		j.Press("我的数据")
		j.changeHerMind(p)
		j.Press("删除我的资料")
		j.Touch("现在就删")
		j.Fill("f-tail", wrongTail(p))
		j.Press("删除我的资料")
		j.Says("这不是您手机号的后四位。")
		if !uitest.Ask[bool](j.Tab, `document.querySelector("input[name=when][value=now]").checked && document.querySelector("#f-tail").value !== ""`) {
			j.Error("what was chosen and typed is lost")
		}
		j.Picture()
		j.Fill("f-tail", p.Tail())
		j.Press("删除我的资料")
		j.At("/goodbye")
		j.Says("资料已经删除，账本不少一笔。")
		j.Picture()
		j.isForgotten(p, token)
	})
}

// changeHerMind asks for an erasure in some days and takes it back.
func (j *journey) changeHerMind(p *player) {
	j.Helper()
	j.Press("删除我的资料")
	j.At("/me/data/erasure")
	j.Says("账本不少一笔：您买过的东西记在一个没有名字的号下面。")
	j.Fill("f-tail", p.Tail())
	j.Press("删除我的资料")
	j.At("/me/data")
	j.Says("在那以前随时可以撤回，什么都不会变。")
	j.Picture()
	j.Press("撤回，不删除了")
	j.At("/me/data")
	j.Lacks(j.Word("在那以前随时可以撤回，什么都不会变。"))
}

// wrongTail are four digits that are not the end of somebody's number.
func wrongTail(p *player) string {
	if p.Tail() == "0000" {
		return "0001"
	}
	return "0000"
}

// isForgotten fails unless the house knows nothing of somebody any more.
func (j *journey) isForgotten(p *player, token string) {
	j.Helper()
	err := j.d.DB.View(j.Context(), id.Tilde, func(r db.Reader) error {
		_, err := j.d.Flows.People.ByPhone(j.Context(), r, p.Phone)
		return err
	})
	if fault.KindOf(err) != fault.NotFound {
		j.Errorf("her number is still known: %v", err)
	}
	if got, _ := j.Status("/r/" + token); got != http.StatusNotFound {
		j.Errorf("her receipt answers %d", got)
	}
	j.Open("/r/" + token)
	j.Says("没找到这一页")
	if _, to := j.Status("/me/data"); to != "/sign-in" {
		j.Errorf("her session goes on: it leads to %s", to)
	}
	report, err := j.d.Flows.Verify(j.Context(), j.d.places[p.home], flow.VerifyOptions{})
	if err != nil || !report.Whole() {
		j.Errorf("the books: %v, %+v", err, report.Findings)
	}
}
