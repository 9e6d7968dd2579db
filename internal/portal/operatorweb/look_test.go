package operatorweb_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/access"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// joined makes a member who buys something, and the person behind her.
func (h *house) joined(ref string) (who id.ID, m *member.Member) {
	h.t.Helper()
	h.must(h.env.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := h.flows.People.Register(bg, tx, person.Person{Name: "陈秀英", Form: person.Auntie})
		if err != nil {
			return err
		}
		who = p.ID
		if err := h.flows.Members.Reserve(bg, tx, ref, h.places["C1"]); err != nil {
			return err
		}
		return h.flows.People.Link(bg, tx, who, ref, h.places["C1"])
	}))
	h.must(h.env.Update(bg, h.places["C1"], db.System, func(tx *db.Tx) (err error) {
		m, _, err = h.flows.Members.Join(bg, tx, member.Member{Ref: ref, Standing: member.Good, Level: policy.Silver})
		return err
	}))
	_, err := h.flows.Settle(bg, h.places["C1"], db.System, flow.Purchase{Ref: "p-" + ref, PurchasedAt: h.env.Clock.Now(), Member: ref, Merchant: "shop-C1", List: 60_00, Price: 60_00, Held: 60_00, Items: 1})
	h.must(err)
	return who, m
}

// looks are who looked at a person's data, the oldest first: role, what and why.
func (h *house) looks(who id.ID) (all []string) {
	h.t.Helper()
	h.must(h.env.View(bg, id.Tilde, func(r db.Reader) error {
		reads, err := h.flows.Privacy.Reads(bg, r, who, id.ID{}, 100)
		for _, x := range slices.Backward(reads) {
			all = append(all, x.Role+" "+x.What+" "+x.Why)
		}
		return err
	}))
	return all
}

// A7: who opens a resident's account looks at her, though only her pseudonym is shown;
// she is told so, with the role that let the other in.
func TestALookUnderAPseudonymIsNoted(t *testing.T) {
	h := open(t)
	anna, m := h.joined("anna")
	ben, _ := h.joined("ben")
	h.as(access.Finance, "C1")
	h.viewer.Grants = append([]authz.Grant{{Role: access.Resident, Place: h.places["C1"]}, {Role: access.Operator, Place: h.places["C2"]}}, h.viewer.Grants...)
	account := ledger.Of(party.Owner{Kind: party.Member, ID: m.ID}, ledger.Coins)
	statement := "?" + url.Values{"account": {account.String()}, "asset": {account.Asset.String()}}.Encode()
	for _, path := range []string{"", "?kind=member", "?kind=merchant", "?kind=member&q=nobody", "/days"} {
		if w := h.get("/desk/accounts/C1" + path); w.Code != 200 {
			t.Fatalf("%s: %d", path, w.Code)
		}
	}
	if got := h.looks(anna); len(got) != 0 {
		t.Fatalf("sums and lists are no look at one person: %v", got)
	}
	for _, path := range []string{"/statement" + statement, "/statement/export" + statement, "?kind=member&q=" + m.ID.String(), "/entries/1"} {
		h.env.Clock.Advance(time.Second)
		if w := h.get("/desk/accounts/C1" + path); w.Code != 200 || strings.Contains(w.Body.String(), "陈秀英") {
			t.Fatalf("%s: %d", path, w.Code)
		}
	}
	want := []string{"finance purse 看账户明细", "finance purse 下载账户明细", "finance purse 看账户余额", "finance purse 看一条账"}
	if got := h.looks(anna); !slices.Equal(got, want) {
		t.Errorf("she is told %v, want %v", got, want)
	}
	if got := h.looks(ben); len(got) != 0 {
		t.Errorf("nobody looked at Ben: %v", got)
	}
	h.must(h.env.View(bg, id.Tilde, func(r db.Reader) error {
		reads, err := h.flows.Privacy.Reads(bg, r, anna, id.ID{}, 1)
		if err == nil && (len(reads) != 1 || reads[0].Reader != h.viewer.Person || privacy.LookName(reads[0].What).IsZero()) {
			t.Errorf("%+v", reads)
		}
		return err
	}))
}
