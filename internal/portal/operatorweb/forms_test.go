package operatorweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/ui/uitest"
)

// A proposal is tried first; the purchase that it would hurt is shown; what is safe
// can be proposed once.
func TestAProposalIsTriedFirst(t *testing.T) {
	h := open(t)
	h.as(access.Chair, "C1")
	const path = "/desk/policies/C1/proposal"
	form := url.Values{"seen": {"1"}, "do": {"propose"}, "reason": {"议事"}}
	for _, m := range regexp.MustCompile(`(?:name="([a-z_]+)"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="([a-z_]+)")`).FindAllStringSubmatch(h.get(path).Body.String(), -1) {
		if name := m[1] + m[4]; form.Get(name) == "" {
			form.Set(name, m[2]+m[3])
		}
	}
	form.Set("welfare_payer", "platform")
	form.Set("timebank_profile", "pilot")
	form.Set("care_pledge_max", "20")
	w := h.post(path, form)
	if page := uitest.Text(w.Body.String()); !strings.Contains(page, "店家只剩") || strings.Contains(page, "开始公示") {
		t.Errorf("a harmful one: %d %s", w.Code, page)
	}
	form.Set("care_pledge_max", "many")
	if w = h.post(path, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="many"`) {
		t.Errorf("no number: %d", w.Code)
	}
	form.Set("care_pledge_max", "4")
	form.Set("do", "check")
	if page := uitest.Text(h.post(path, form).Body.String()); !strings.Contains(page, "5% → 4%") || !strings.Contains(page, "开始公示") {
		t.Errorf("a safe one: %s", page)
	}
	form.Set("do", "propose")
	if w = h.post(path, form); w.Code != http.StatusSeeOther {
		t.Fatalf("proposed: %d %s", w.Code, uitest.Text(w.Body.String()))
	}
	form.Set("code", "another")
	if w = h.post(path, form); w.Code != http.StatusConflict {
		t.Errorf("another one unseen: %d", w.Code)
	}
}

func TestKeysAreShownOnceAndWithinOnesPlace(t *testing.T) {
	h := open(t)
	h.as(access.Operator, "C1")
	form := url.Values{"name": {"收银机"}, "rights": {"settle"}, "per_second": {"5"}, "community": {"C2"}}
	if w := h.post("/desk/keys", form); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a key for another community: %d", w.Code)
	}
	form.Set("community", "")
	if w := h.post("/desk/keys", form); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a key for all communities: %d", w.Code)
	}
	form.Set("community", "C1")
	w := h.post("/desk/keys", form)
	secret := regexp.MustCompile(`gy_[0-9a-z_]+`).FindString(w.Body.String())
	if w.Code != http.StatusCreated || secret == "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("a key for one's own: %d %s", w.Code, w.Header())
	}
	if strings.Contains(h.get("/desk/keys").Body.String(), secret) {
		t.Error("the secret is shown again")
	}
	key := strings.Split(secret, "_")[1]
	h.as(access.Operator, "C2")
	if w := h.post("/desk/keys/"+key+"/revocation", nil); w.Code != http.StatusForbidden {
		t.Errorf("another community's key revoked: %d", w.Code)
	}
	h.as(access.Operator, "")
	if w := h.post("/desk/keys/"+key+"/revocation", nil); w.Code != http.StatusSeeOther {
		t.Errorf("revoked: %d", w.Code)
	}
	if page := uitest.Text(h.get("/desk/audit?kind=keys").Body.String()); strings.Count(page, "接口密钥 ") < 2 {
		t.Errorf("the audit tells: %s", page)
	}
}

func TestDroppingAJobNeedsAReason(t *testing.T) {
	h := open(t)
	h.as(access.Operator, "")
	note := id.ID{9}.String()
	path := fmt.Sprintf("/desk/jobs/%s/%s/drop", id.Tilde, note)
	if w := h.post(path, url.Values{}); w.Code != http.StatusUnprocessableEntity || len(h.program.dropped) > 0 {
		t.Errorf("without a reason: %d", w.Code)
	}
	if w := h.post(path, url.Values{"reason-" + note: {"已经手工办了"}}); w.Code != http.StatusSeeOther || len(h.program.dropped) != 1 {
		t.Errorf("with a reason: %d %v", w.Code, h.program.dropped)
	}
}

// What waits stands on the desk by its clock, and leaves it when it is done.
func TestTheDeskShowsWhatWaits(t *testing.T) {
	h := open(t)
	h.as(access.Operator, "C1")
	w := h.upload("t.csv", "member_ref,community_ref\nm1,C1\n")
	c, err := id.Parse(strings.TrimPrefix(w.Header().Get("Location"), "/desk/imports/"))
	h.must(err)
	h.must(h.desk.Imports.Check(bg, id.Tilde, `{"chore":"`+c.String()+`"}`))
	if page := uitest.Text(h.get("/desk").Body.String()); !strings.Contains(page, "t.csv") || !strings.Contains(page, "等确认") || !strings.Contains(page, "member.changed") {
		t.Errorf("the desk: %s", page)
	}
	if w := h.get("/desk?open=import-" + c.String()); !strings.Contains(w.Body.String(), `class="aside"`) {
		t.Error("a matter does not open beside the list")
	}
	if w := h.post("/desk/imports/"+c.String()+"/cancellation", nil); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if page := uitest.Text(h.get("/desk").Body.String()); strings.Contains(page, "t.csv") {
		t.Error("what was cancelled still waits")
	}
}
