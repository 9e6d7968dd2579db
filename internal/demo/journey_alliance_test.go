package demo

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// masked is as whom a visitor may look around in a role.
func (j *journey) masked(role authz.Role) *mask {
	j.Helper()
	at := slices.IndexFunc(j.d.masked, func(m mask) bool { return m.Role.Key == access.Name(role).Key })
	if at < 0 {
		j.Fatalf("nobody may be looked at as %s", role)
	}
	return &j.d.masked[at]
}

// TestJourneyOfAnApplicant: somebody who is nobody yet finds the seat that is open,
// hands in papers and what her shop is like, is told what comes next, and takes it back.
func TestJourneyOfAnApplicant(t *testing.T) {
	travel(t, "applicant", []uitest.Look{uitest.PhoneZh, uitest.DeskEn}, func(j *journey) {
		n := slices.Index([]string{uitest.PhoneZh.Name, uitest.DeskEn.Name}, j.Look.Name)
		j.enter(j.spare(3 + n))
		j.Open("/c/C1/alliance")
		j.Says("正在招店")
		j.Picture()
		j.Follow("main form[action*='/openings/'] button")
		j.Says("先存着")
		for _, paper := range []alliance.Paper{alliance.Licence, alliance.Storefront} {
			name := filepath.Join(j.TempDir(), string(paper)+".png")
			if err := os.WriteFile(name, picture(n), 0o600); err != nil {
				j.Fatal(err)
			}
			uitest.Ask[bool](j.Tab, `document.getElementById("f-papers-paper").value = "`+string(paper)+`", true`)
			j.Do(chromedp.SetUploadFiles(chromedp.CSS("#f-papers-file"), []string{name}))
			j.Press("交上这一份")
		}
		j.Says("%s", alliance.PaperName(alliance.Licence).In(i18n.With(j.Context(), j.Look.Lang)))
		j.Picture()
		name := []string{"溪口卤味", "Creek Deli"}[n] // in the language in which she reads
		for field, text := range map[string]string{"shop_name": name, "owner_name": "Lu Xiaoman", "licence": "92370303MA3CT0008" + string('A'+rune(n)), "address": "21", "years": "4", "offer_text": []string{"会员周三卤菜九折", "A tenth off on Wednesdays"}[n], "offer_share": "2"} {
			j.Fill("f-bid-"+field, text)
		}
		uitest.Ask[bool](j.Tab, `document.getElementById("f-bid-grid").selectedIndex = 2, document.querySelectorAll("main form input[type=checkbox][name=promises]").forEach((e) => { e.checked = true }), document.querySelector("main form input[name=size][value=small]").checked = true, document.querySelector("main form input[name=offer][value=discount]").checked = true`)
		j.Press("交上申请")
		j.Says("办到哪一步")
		j.Says("%s", name)
		j.Picture()
		j.Open("/me/seats")
		j.Says("%s", name)
		j.Follow("main a[href*='/me/seats/']")
		j.Touch("撤回申请")
		j.Press("撤回")
		j.Lacks(j.Word("撤回申请"))
		j.Picture()
	})
}

// TestJourneyOfACommitteeMember: she sees what waits for her vote and by when, votes
// once in secret, and reads who has voted, but not for what.
func TestJourneyOfACommitteeMember(t *testing.T) {
	travel(t, "committee", []uitest.Look{uitest.PhoneZh, uitest.DeskEn}, func(j *journey) {
		home := "/committee/" + j.d.places["C1"].String()
		waited := j.waitedFor()
		if j.Look.Name == uitest.PhoneZh.Name {
			j.enter(waited[0])
		} else {
			j.enter(waited[len(waited)-1]) // another number: codes are not sent to one again at once
		}
		j.Open(home)
		j.Says("等您投票")
		j.Picture()
		j.Press("去投票")
		j.Says("我投")
		j.Picture()
		j.Do(chromedp.Click(chromedp.CSS("main form input[name=option] + *, main form label:has(input[name=option])")))
		j.Press("投票，不能改")
		j.Says("谁能投票")
		if uitest.Ask[bool](j.Tab, `document.querySelector("main form input[name=option]") !== null`) {
			j.Error("she may vote again")
		}
		j.Picture()
	})
}

// waitedFor are those of the first community's committee who have not voted yet on what
// it votes on.
func (j *journey) waitedFor() (all []*player) {
	j.Helper()
	ctx, at := j.Context(), j.d.places["C1"]
	var running []*committee.Ballot
	if err := j.d.DB.View(ctx, at, func(r db.Reader) (err error) { running, err = j.d.Flows.Committee.Running(ctx, r, at); return err }); err != nil {
		j.Fatal(err)
	}
	for i := range j.d.cast.players {
		p := &j.d.cast.players[i]
		who, err := j.d.behind(ctx, p.Phone)
		if err == nil && slices.ContainsFunc(running, func(b *committee.Ballot) bool { return b.DueFor(who, j.d.DB.Clock().Now()) }) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		j.Fatal("everybody has voted")
	}
	return all
}

// TestJourneyOfAHandOver: a chair leaves, the next one's turn comes; what is open is
// written down by the office for who is gone, and the new chair takes it over.
func TestJourneyOfAHandOver(t *testing.T) {
	travel(t, "handover", []uitest.Look{uitest.PhoneZh, uitest.DeskEn}, func(j *journey) {
		ref := map[string]string{uitest.PhoneZh.Name: "C2", uitest.DeskEn.Name: "C3"}[j.Look.Name]
		at := j.d.places[ref]
		next := j.chairLeaves(at)
		page := "/committee/" + at.String() + "/handover"
		j.as(j.masked(access.Operator))
		j.Open(page)
		j.Fill(j.fieldOf("matters"), "1. ?")
		j.Press("存下交接单")
		j.Press("写好了，我交出去")
		j.Says("上一任确认交出")
		j.Picture()
		j.Forget()
		j.enter(next)
		j.Open(page)
		j.Press("看过了，我接下来")
		j.Says("这一任确认接下")
		j.Picture()
	})
}

// fieldOf is the id of the first field on the page with a name.
func (j *journey) fieldOf(name string) string {
	j.Helper()
	return uitest.Ask[string](j.Tab, `document.querySelector("main [name='`+name+`']").id`)
}

// chairLeaves lets the chair of a community leave its committee, and tells whose turn
// it is then.
func (j *journey) chairLeaves(at id.ID) *player {
	j.Helper()
	ctx := j.Context()
	chair := func() (m *committee.Member) {
		if err := j.d.DB.View(ctx, at, func(r db.Reader) error {
			body, err := j.d.Flows.Committee.Body(ctx, r, at)
			if err == nil {
				m = body.Member(body.Current(j.d.DB.Clock().Now()).Member)
			}
			return err
		}); err != nil {
			j.Fatal(err)
		}
		return m
	}
	if err := j.d.Flows.UnseatMember(ctx, at, db.System, chair().ID, "搬到外区去了"); err != nil {
		j.Fatal(err)
	}
	if err := j.d.Flows.RotateChair(ctx, at); err != nil {
		j.Fatal(err)
	}
	next := chair()
	for i := range j.d.cast.players {
		p := &j.d.cast.players[i]
		if who, err := j.d.behind(ctx, p.Phone); err == nil && who == next.Person {
			return p
		}
	}
	j.Fatal("the next chair is nobody of the street")
	return nil
}
