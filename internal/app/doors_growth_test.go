package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/marketing"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"
)

// stranger is somebody of the office whom no page names.
var stranger = db.Actor{Kind: "person", ID: id.ID{0xee}}

// honoured is why somebody was nominated.
const honouredFor = "每个周末都带着大家清理楼道，谁家有事她都去，三年没有断过。"

// grown gives the owner a level, a case and a question; and what lies at the desk of
// levels, dividends, honours and the shops' money.
func (g *guarded) grown(home id.ID) {
	g.Helper()
	ctx := context.Background()
	anna, ben, leader := g.member(home, "anna"), g.member(home, "ben"), g.member(home, "leader")
	g.join(home, "dora", policy.Silver, "")
	g.join(home, "edda", policy.Silver, "")
	g.level(home, g.member(home, "edda"), policy.Gold, "")
	g.level(home, anna, policy.Gold, "appointment")
	old := g.level(home, leader, policy.Gold, "")
	g.must(g.DB.Update(ctx, home, stranger, func(tx *db.Tx) error {
		asked, _, err := g.Flows.Growth.Find(ctx, tx, anna, policy.Diamond, 2, 0)
		if err != nil {
			return err
		}
		c, _, err := g.Flows.Growth.Find(ctx, tx, g.member(home, "dora"), policy.Gold, 30, 0)
		if err != nil {
			return err
		}
		g.holes["candidate"] = asked.ID.String()
		return g.Flows.Growth.Answer(ctx, tx, c, growth.Accepted)
	}))
	first, err := id.Parse(g.holes["appointment"])
	g.must(err)
	mine, err := g.Flows.AccuseLeader(ctx, home, stranger, first, "请陈秀英说明一件事")
	g.must(err)
	g.holes["case"] = mine.ID.String()
	other, err := g.Flows.AccuseLeader(ctx, home, stranger, old, "请说明另一件事")
	g.must(err)
	g.must(g.Flows.AnswerCase(ctx, home, stranger, leader, other.ID, "没有这回事"))
	g.must(g.DB.Update(ctx, home, stranger, func(tx *db.Tx) error {
		d, err := g.Flows.Growth.Propose(ctx, tx, growth.Dividend{Month: period.Month(2025*12 + 8), Result: 100_00, Rate: 100_000, Cap: 2000_00, Words: "九月的账结了", Shares: []growth.Share{{Member: anna, Amount: 10_00}}})
		g.holes["dividend"] = d.ID.String()
		return err
	}))
	g.honours(home, anna, ben)
	g.spent(home)
}

func (h *house) member(home id.ID, ref string) (who id.ID) {
	h.Helper()
	h.must(h.DB.View(context.Background(), home, func(r db.Reader) error {
		m, err := h.Flows.Members.Lookup(context.Background(), r, home, ref)
		if err == nil {
			who = m.ID
		}
		return err
	}))
	return who
}

// level gives somebody a level without what it takes.
func (g *guarded) level(home, who id.ID, level policy.Level, hole string) (at id.ID) {
	g.Helper()
	ctx := context.Background()
	g.must(g.DB.Update(ctx, home, stranger, func(tx *db.Tx) error {
		p := policy.Trial2025()
		c, _, err := g.Flows.Growth.Find(ctx, tx, who, level, p.GoldTeam, 0)
		if err != nil {
			return err
		}
		if err := g.Flows.Growth.Answer(ctx, tx, c, growth.Accepted); err != nil {
			return err
		}
		a, err := g.Flows.Growth.Appoint(ctx, tx, &p, c, p.GoldTeam, id.ID{}, "大家信得过", period.Date(2026, 1, 15))
		if err != nil {
			return err
		}
		m, err := g.Flows.Members.ByID(ctx, tx, who)
		if err != nil {
			return err
		}
		at = a.ID
		return g.Flows.Members.Change(ctx, tx, m.Ref, func(m *member.Member) error { m.Level = level; return nil })
	}))
	if hole != "" {
		g.holes[hole] = at.String()
	}
	return at
}

// honours opens three calls: one in which people nominate, one in which they vote, one
// that is counted. The owner was nominated in each, and nominated her neighbour.
func (g *guarded) honours(home, anna, ben id.ID) {
	g.Helper()
	ctx, now := context.Background(), g.clock.Now()
	var first id.ID
	for i, x := range []struct {
		nominate, vote time.Duration
		hole           bool
	}{{time.Minute, 2 * time.Minute, false}, {time.Minute, 720 * time.Hour, false}, {360 * time.Hour, 720 * time.Hour, true}} {
		c, err := g.Flows.OpenCall(ctx, home, stranger, honour.Call{Year: 2025, Kind: honour.Steward, Title: "年度社区运营达人", Criteria: "为邻居办实事，办得久，大家看得见", Winners: 1, Cash: 100_00,
			NominateUntil: now.Add(x.nominate), VoteUntil: now.Add(x.vote)}, nil)
		g.must(err)
		if i == 0 {
			first = c.ID
		}
		for nominator, nominee := range map[id.ID]id.ID{anna: ben, ben: anna} {
			g.must(g.Flows.Nominate(ctx, home, stranger, c.ID, nominator, party.Owner{Kind: party.Member, ID: nominee}, honouredFor))
		}
		if x.hole {
			g.holes["call"], g.holes["nominee"], g.holes["year"] = c.ID.String(), anna.String(), "2025"
			continue
		}
		for _, who := range []id.ID{anna, ben} {
			g.must(g.Flows.AnswerNomination(ctx, home, stranger, c.ID, who, honour.Unnamed))
			g.must(g.Flows.ScreenNominee(ctx, home, stranger, c.ID, who, true, "符合条件"))
		}
	}
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		made, err := g.Flows.Honours.NominationsBy(ctx, r, home, anna)
		for _, n := range made {
			if n.Call.String() == g.holes["call"] {
				g.holes["nomination"] = n.ID.String()
			}
		}
		return err
	}))
	g.clock.Advance(61 * time.Second)
	g.must(g.Flows.VoteHonour(ctx, home, stranger, first, ben, anna))
	g.clock.Advance(61 * time.Second)
	g.must(g.Flows.CountHonours(ctx, home))
	g.must(g.Flows.AnnounceCeremony(ctx, home, stranger, honour.Ceremony{Year: 2025, Title: "社区贡献颁奖礼", Place: "社区客厅", At: now.AddDate(0, 3, 0), Programme: "开场\n颁奖"}))
}

// spent records a use of the shops' money that waits, and one that was paid.
func (g *guarded) spent(home id.ID) {
	g.Helper()
	ctx := context.Background()
	shop, err := id.Parse(g.holes["shop"])
	g.must(err)
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, err := g.Flows.Move(ctx, tx, "~fee", charter.MerchantFee{Merchant: shop, Charge: id.ID{3}, Fee: 2000_00, Means: charter.Provider})
		return err
	}))
	picture := g.photo()
	for i, invoice := range []string{"25372000", "25372001"} {
		x, err := g.Flows.RecordSpending(ctx, home, stranger, marketing.Spending{Title: "邻里节海报", Words: "三个小区的电梯海报，印 60 张", Supplier: "青禾图文", Invoice: invoice, Amount: 600_00, Day: period.Date(2025, 10, 14)}, picture)
		g.must(err)
		if g.holes["spending"] = x.ID.String(); i == 0 {
			g.must(g.Flows.ApproveSpending(ctx, home, db.Actor{Kind: "person", ID: id.ID{0xef}}, x.ID))
			g.holes["/shop/{shop}/marketing/{spending}"] = x.ID.String()
		}
	}
}

// What somebody of the office does with levels, honours and money, and what a resident
// sees of it.
func TestTheWayOfALevel(t *testing.T) {
	g := newGuarded(t)
	desk := func(path string) string { return "/desk/" + path }
	for path, says := range map[string][]string{
		desk("levels/C1"):     {"够条件的人", "组长", "陈"},
		desk("dividends/C1"):  {"理事分红", "等另一个人批"},
		desk("honours/C1"):    {"年度社区运营达人", "有结果了"},
		desk("marketing/C1"):  {"1,400.00", "青禾图文"},
		desk("result"):        {"平台收支", "合计"},
		desk("result/C1"):     {"平台服务费", "挣到口径"},
		"/c/C1/honours":       {"一位不留名的邻居", "颁奖礼"},
		"/c/C1/ceremony/2025": {"节目单", "颁奖"},
		"/c/C1/result":        {"平台收支"},
		"/me/team":            {"您可以当理事了", "我愿意当", "有一件事请您说明"},
		"/me/rewards":         {"我的奖励"},
		"/me/honours":         {"有邻居提名您", "收回"},
		"/shop/" + g.holes["shop"] + "/marketing": {"看发票", "1,400.00"},
	} {
		who := g.clerk
		if path[1] == 'm' || path[1] == 's' {
			who = g.owner
		}
		p := who.get(path)
		if p.Code != 200 {
			t.Errorf("%s: %d %s", path, p.Code, p.to())
		}
		for _, text := range says {
			if !strings.Contains(p.body, text) {
				t.Errorf("%s does not say %q: %s", path, text, uitest.Text(p.body))
			}
		}
	}
	if p := g.owner.post("/me/team/answer", "candidate", g.holes["candidate"], "answer", "accepted"); p.Code != 303 {
		t.Errorf("accepted: %d", p.Code)
	}
	if p := g.owner.get("/me/team"); !strings.Contains(p.body, "您接受了，在等任命") {
		t.Error("her page does not say that she accepted")
	}
	if p := g.clerk.post("/desk/dividends/C1/"+g.holes["dividend"]+"/approval", "x", "y"); p.Code != 409 && p.Code != 503 {
		t.Errorf("a dividend of a month that nobody closed: %d", p.Code)
	}
	if p := g.owner.get("/shop/" + g.holes["shop"] + "/marketing/" + g.holes["spending"] + "/picture"); p.Code != 404 {
		t.Errorf("an invoice that was not approved: %d", p.Code)
	}
}
