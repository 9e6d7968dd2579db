package app

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/recruit"
	"gongyi/internal/module/segment"
	"gongyi/internal/module/selection"
	"gongyi/internal/platform/db"
)

// latest is the selection meeting that was called last.
func (c *contestant) latest(title string) (meeting string) {
	c.t.Helper()
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Selections.Latest(ctx, r, c.home, 20)
		for _, m := range all {
			if m.Title == title {
				meeting = "/" + m.ID.String()
			}
		}
		return err
	})
	return meeting
}

// proposed is the address of a proposal of a meeting by its title.
func (c *contestant) proposed(meeting, title string) (proposal string) {
	c.t.Helper()
	at, err := id.Parse(meeting[1:])
	c.must(err)
	c.view(func(ctx context.Context, r db.Reader) error {
		var all []*selection.Proposal
		all, err = c.Flows.Selections.Proposals(ctx, r, c.home, at)
		for _, p := range all {
			if p.Title == title && !p.Withdrawn {
				proposal = meeting + "/proposals/" + p.ID.String()
			}
		}
		return err
	})
	return proposal
}

// C11: called, proposed, seconded, voted for, tasted, answered; struck and called off.
func TestSelectionOnThePages(t *testing.T) {
	c, shop := among(t)
	const desk, public = "/desk/selection/C1", "/c/C1/selection"
	form := []string{"agenda", nasty[0], "begins", "2025-10-20", "clock", "15:00", "place", nasty[0], "votes_clock", "20:00", "seats", "5"}
	c.told(c.clerk, desk, "冬天", append([]string{"title", "冬天", "votes_until", "哪天"}, form...)...)
	c.done(c.clerk, desk, append([]string{"title", "冬" + wild, "votes_until", "2025-10-19"}, form...)...)
	m := c.latest("冬" + wild)
	c.seen(c.browser(), public+m)
	c.done(c.owner, public+m+"/seat")
	c.done(c.owner, public+m+"/seat/end")
	c.done(c.owner, public+m+"/seat")
	c.told(c.thief, public+m+"/seat", "") // leaders first
	c.told(c.owner, public+m+"/proposals", "想吃", "kind", "goods", "what", "", "why", "想吃")
	c.done(c.owner, public+m+"/proposals", "kind", "goods", "what", "藕"+wild, "why", nasty[0])
	c.done(c.owner, public+m+"/proposals", "kind", "shop", "what", "鞋"+wild, "why", nasty[0])
	c.done(c.owner, public+m+"/proposals", "kind", "shop", "what", "伞"+wild)
	hers := c.proposed(m, "藕"+wild)
	c.told(c.owner, public+hers+"/second", "")
	c.told(c.thief, public+m+"/vote", "", "proposal", hers[strings.LastIndex(hers, "/")+1:])
	c.done(c.thief, public+hers+"/second")
	c.done(c.thief, public+m+"/vote", "proposal", hers[strings.LastIndex(hers, "/")+1:])
	c.done(c.thief, public+m+"/vote")
	if p := c.thief.post(public + hers + "/end"); p.Code != http.StatusNotFound {
		t.Errorf("another member's proposal is taken off: %d", p.Code)
	}
	c.done(c.owner, public+c.proposed(m, "鞋"+wild)+"/end")
	struck := desk + c.proposed(m, "伞"+wild) + "/end"
	c.told(c.clerk, struck, "", "words", "")
	c.done(c.clerk, struck, "words", nasty[0])
	c.told(c.clerk, desk+hers+"/outcome", "", "result", "not_now", "owner", "何静", "words", "再看")
	c.until(october(20, 15))
	c.told(c.owner, public+m+"/seat/end", "")
	c.told(c.owner, public+hers+"/notes", "有点咸", "stars", "0", "words", "有点咸")
	c.done(c.owner, public+hers+"/notes", "stars", "5", "words", nasty[0])
	c.told(c.owner, public+hers+"/notes", "", "stars", "5", "words", "再来")
	c.told(c.clerk, desk+hers+"/outcome", "再看", "result", "not_now", "owner", "", "words", "再看")
	c.done(c.clerk, desk+hers+"/outcome", "result", "not_now", "owner", wild, "words", nasty[0])
	c.done(c.clerk, desk+hers+"/outcome", "result", "shop", "shop", shop.String(), "owner", wild, "words", nasty[0])
	c.seen(c.owner, public)
	c.seen(c.browser(), public+m)
	c.told(c.clerk, desk+m+"/off", "", "words", "太晚了")
	c.done(c.clerk, desk, "title", "散"+wild, "begins", "2025-11-20", "clock", "15:00", "place", "客厅", "votes_until", "2025-11-19", "votes_clock", "20:00", "seats", "5")
	off := c.latest("散" + wild)
	c.told(c.clerk, desk+off+"/off", "", "words", "")
	c.done(c.clerk, desk+off+"/off", "words", nasty[0])
	c.seen(c.browser(), public+off)
	c.told(c.owner, public+off+"/proposals", "", "kind", "goods", "what", "迟了")
}

// A6: published, answered, withdrawn, talked about, appointed; and closed.
func TestCallsForPeopleOnThePages(t *testing.T) {
	c, _ := among(t)
	const desk, public = "/desk/calls/C1", "/c/C1/calls"
	form := []string{"role", "volunteer", "conditions", nasty[0], "wanted", "1", "months", "6"}
	c.told(c.clerk, desk, "招人", append([]string{"title", "招人", "until", "哪天"}, form...)...)
	c.told(c.clerk, desk, "招人", "title", "招人", "until", "2025-10-30", "role", "platform_operator", "conditions", "要可靠", "wanted", "1", "months", "6")
	c.done(c.clerk, desk, append([]string{"title", "招" + wild, "until", "2025-10-30"}, form...)...)
	var call string
	var came *recruit.Application
	look := func() {
		c.read(id.Tilde, func(ctx context.Context, r db.Reader) error {
			all, err := c.Flows.Calls.Calls(ctx, r, c.home, 20)
			for _, x := range all {
				if err != nil || x.Title != "招"+wild {
					continue
				}
				call = "/" + x.ID.String()
				var applied []*recruit.Application
				applied, err = c.Flows.Calls.Applications(ctx, r, x.ID)
				for _, a := range applied {
					if a.Answered == nil {
						came = a
					}
				}
			}
			return err
		})
	}
	look()
	c.seen(c.browser(), public+call)
	c.told(c.thief, public+call+"/applications", "", "words", "")
	c.done(c.thief, public+call+"/applications", "words", nasty[0])
	c.done(c.thief, public+call+"/withdrawal")
	c.done(c.thief, public+call+"/applications", "words", nasty[0], "named", "yes")
	look()
	at := desk + call + "/applications/" + came.ID.String()
	c.told(c.clerk, at+"/notes", "谈一谈", "words", "谈一谈", "interview", "2025-10-01", "clock", "15:00")
	c.done(c.clerk, at+"/notes", "words", nasty[0], "interview", "2025-10-20", "clock", "15:00")
	c.told(c.clerk, at+"/answer", "", "answer", "refused", "words", "")
	c.done(c.clerk, at+"/answer", "answer", "appointed", "words", nasty[0])
	c.told(c.clerk, at+"/answer", "", "answer", "refused", "words", "算了")
	c.seen(c.thief, public+call)
	if p := c.seen(c.browser(), public+call); !strings.Contains(p.body, "刘建国") {
		t.Error("who agreed to be named is not")
	}
	c.told(c.clerk, desk+call+"/end", "", "words", "")
	c.done(c.clerk, desk+call+"/end", "words", nasty[0])
	c.told(c.clerk, desk+call+"/end", "", "words", "再关一次")
	c.told(c.owner, public+call+"/applications", "", "words", "我也来")
	c.seen(c.browser(), public)
}

// A9: declared, with people and papers, and read by everybody.
func TestWhoRunsThePlatformOnThePages(t *testing.T) {
	c, _ := among(t)
	const desk, public = "/desk/operator/C1", "/c/C1/operator"
	c.told(c.clerk, desk, "青禾社区服务", "kind", "foundation", "name", "青禾社区服务", "contact", "客厅", "charter", "")
	c.done(c.clerk, desk, "kind", "foundation", "name", nasty[0], "registered", wild, "contact", nasty[0], "charter", nasty[0]+"\r\n第二条")
	c.told(c.clerk, desk, "", "kind", "foundation", "name", nasty[0], "registered", wild, "contact", nasty[0], "charter", nasty[0]+"\r\n第二条")
	c.told(c.clerk, desk+"/team", "管钱", "person", "周武", "duty", "管钱", "from", "2025-10-15", "until", "2025-10-01")
	c.done(c.clerk, desk+"/team", "person", "武"+wild, "duty", nasty[0][:30], "from", "2025-10-15")
	var who, document string
	look := func() {
		c.view(func(ctx context.Context, r db.Reader) error {
			team, err := c.Flows.Operations.Team(ctx, r, c.home)
			if err != nil {
				return err
			}
			who = team[len(team)-1].ID.String()
			papers, err := c.Flows.Operations.Documents(ctx, r, c.home)
			document = papers[len(papers)-1].ID.String()
			return err
		})
	}
	look()
	c.done(c.clerk, desk+"/team/"+who+"/end", "last", "2025-10-15")
	c.told(c.clerk, desk+"/team/"+who+"/end", "", "last", "2025-10-15")
	c.told(c.clerk, desk+"/team/"+who+"/end", "", "last", "哪天")
	c.handed(c.clerk, desk+"/papers", http.StatusUnprocessableEntity, map[string]string{"document_title": nasty[0]}, "file", nil)
	c.handed(c.clerk, desk+"/papers", http.StatusUnprocessableEntity, map[string]string{"document_title": nasty[0]}, "file", []byte("MZ"))
	c.handed(c.clerk, desk+"/papers", http.StatusSeeOther, map[string]string{"document_title": nasty[0]}, "file", []byte("%PDF-1.7 our own %%EOF"))
	look()
	c.seen(c.browser(), public)
	p := c.browser().get(public + "/papers/" + document)
	if c.harmless(t, Door{Path: public}, nasty[0], p); p.Code != http.StatusOK || !strings.Contains(p.body, "our own") {
		t.Errorf("the paper: %d", p.Code)
	}
	c.told(c.clerk, desk+"/papers/"+document+"/end", "", "words", "")
	c.done(c.clerk, desk+"/papers/"+document+"/end", "words", nasty[0])
	if p := c.browser().get(public + "/papers/" + document); p.Code != http.StatusNotFound {
		t.Errorf("a paper that was taken off: %d", p.Code)
	}
}

// C14: written, refused, sent, opened, and stopped with one tap.
func TestOffersOnThePages(t *testing.T) {
	c, shop := among(t)
	const desk = "/desk/messages/C1"
	mine := "/shop/" + shop.String() + "/messages"
	c.told(c.owner, mine, "鲜虾", "group", "strangers ", "title", "鲜虾", "words", "到店")
	var waiting *segment.Campaign
	for _, verdict := range []string{"no", "pass"} {
		c.done(c.owner, mine, "group", "all ", "title", wild, "words", verdict+nasty[0])
		c.view(func(ctx context.Context, r db.Reader) error {
			all, err := c.Flows.Segments.OfShop(ctx, r, c.home, shop)
			for _, x := range all {
				if x.Words == verdict+nasty[0] {
					waiting = x
				}
			}
			return err
		})
		at := desk + "/" + waiting.ID.String() + "/answer"
		if verdict == "no" {
			c.told(c.clerk, at, "", "verdict", verdict, "words", "")
		}
		c.done(c.clerk, at, "verdict", verdict, "words", nasty[0])
		c.told(c.clerk, at, "", "verdict", verdict, "words", "再看一次")
		c.seen(c.owner, mine)
	}
	got := "/c/C1/offers/" + waiting.ID.String()
	if p := c.thief.get(got); p.Code != http.StatusNotFound {
		t.Errorf("somebody else's message: %d", p.Code)
	}
	if p := c.seen(c.owner, got); !strings.Contains(p.body, "不再收优惠消息") {
		t.Error("it cannot be stopped")
	}
	if p := c.done(c.owner, got+"/refusal"); !strings.Contains(p.body, "不会再发给您了") {
		t.Error("it was not stopped")
	}
	c.done(c.owner, got+"/refusal")
}
