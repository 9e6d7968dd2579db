package growthweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// teamView is a member's level and her team.
type teamView struct {
	Place    string
	Level    policy.Level
	Name     string // of the level
	Rests    bool
	Done     string
	Asked    *growth.Candidate
	Duties   []string
	Rights   []string
	OnTeam   bool
	Since    string
	Lead     *leadView
	Cases    []caseView
	Rules    []growth.Rule
	Form     ui.Form
	Words    string
	Resign   []resignView
	MayLeave ui.Confirm
}

// leadView is what a leader or director knows of her team: how many, and who wants to
// be known.
type leadView struct {
	Facts []ui.Fact
	Culm  ui.Culm
	Warn  string
	Known []ui.Row
	Rest  int // who is a number only
}

// resignView is a level that can be laid down.
type resignView struct {
	Confirm ui.Confirm
	Level   policy.Level
}

// caseView is a case in which she may speak.
type caseView struct {
	ID         id.ID
	Allegation string
	State      string
	Asks       string // what she may say now, "" if nothing
	Until      string
	Reason     string
}

func (g *Pages) team(w http.ResponseWriter, r *http.Request) error {
	return g.showTeam(w, r, http.StatusOK, nil)
}

func (g *Pages) showTeam(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	b, err := g.home(ctx)
	if err != nil {
		return err
	}
	s := g.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的团队"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	if b == nil {
		return g.ShowAs(w, r, status, httpkit.Private, s, noMember(i18n.T(ctx, "我的团队")))
	}
	v := teamView{Place: portal.PlaceName(b.Community), Level: b.Member.Level, Name: i18n.T(ctx, growth.LevelName(b.Member.Level)), Rules: growth.Rulebook,
		Form: ui.Form{Wrong: wrong}, Words: r.FormValue("words"), Done: done(ctx, r.FormValue("done"))}
	if err := g.fillTeam(ctx, b, &v); err != nil {
		return err
	}
	return g.ShowAs(w, r, status, httpkit.Private, s, teamPage(v))
}

// done says what was just done.
func done(ctx context.Context, what string) string {
	switch what {
	case growth.Accepted:
		return i18n.T(ctx, "记下了，您愿意。任命了会告诉您。")
	case growth.Declined, growth.Withdrawn:
		return i18n.T(ctx, "记下了，什么都没有变。")
	case "left":
		return i18n.T(ctx, "您已经不在团队里了，马上算数。")
	case "resigned":
		return i18n.T(ctx, "记下了，从现在起不再是了。")
	case "said":
		return i18n.T(ctx, "您说的记下了，决定的人会看到全文。")
	}
	return ""
}

func (g *Pages) fillTeam(ctx context.Context, b *flow.Belonging, v *teamView) error {
	p, at := &b.Rules.Params, b.Community.ID
	var held []*growth.Appointment
	var team []id.ID
	err := g.Flows.DB.View(ctx, at, func(r db.Reader) error {
		asked, err := g.Flows.Growth.Candidates(ctx, r, at, b.Member.ID)
		if err != nil {
			return err
		}
		for _, c := range asked {
			if c.Open() {
				v.Asked = c
			}
		}
		places, err := g.Flows.Growth.Places(ctx, r, at, b.Member.ID)
		if err != nil {
			return err
		}
		for _, x := range places {
			if x.On() {
				v.OnTeam, v.Since = true, day(ctx, x.Joined)
			}
		}
		all, err := g.Flows.Growth.Appointments(ctx, r, at, b.Member.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Holds() {
				held = append(held, a)
				v.Rests = v.Rests || !a.Paused.IsZero()
			}
			cases, err := g.Flows.Growth.Cases(ctx, r, at, a.ID)
			if err != nil {
				return err
			}
			for _, c := range cases {
				v.Cases = append(v.Cases, drawCase(ctx, c))
			}
		}
		teams, err := g.Flows.Growth.Teams(ctx, r, at)
		team = teams[b.Member.ID]
		if err == nil && len(held) > 0 {
			err = g.fillLead(ctx, r, b, v, held, len(team))
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.Asked != nil {
		v.Duties, v.Rights = duties(ctx, p, v.Asked.Level), rights(ctx, p, v.Asked.Level)
	} else if len(held) > 0 {
		v.Duties, v.Rights = duties(ctx, p, v.Level), rights(ctx, p, v.Level)
	}
	v.MayLeave = ui.Confirm{ID: "leave", Open: i18n.T(ctx, "退出团队"), Class: "line-share", Title: i18n.T(ctx, "退出团队？"),
		Text: i18n.T(ctx, "马上算数，不用说理由。您的钱和权益不变，以后也不会再自动拉回。"), Action: "/me/team/departure", Do: i18n.T(ctx, "退出")}
	if v.Lead != nil {
		known, err := g.Flows.TeamNames(ctx, at, team)
		if err != nil {
			return err
		}
		for _, p := range known {
			v.Lead.Known = append(v.Lead.Known, ui.Row{Icon: "person", Title: portal.Called(ctx, p), EndNote: i18n.T(ctx, "尾号 %s", p.Tail())})
		}
		v.Lead.Rest = len(team) - len(known)
	}
	return nil
}

// fillLead tells a leader or director how her team stands, and when it is counted.
func (g *Pages) fillLead(ctx context.Context, r db.Reader, b *flow.Belonging, v *teamView, held []*growth.Appointment, team int) error {
	p := &b.Rules.Params
	raised, err := g.Flows.Growth.Raised(ctx, r, b.Community.ID)
	if err != nil {
		return err
	}
	n := raised[b.Member.ID]
	l := &leadView{Facts: []ui.Fact{{Name: i18n.T(ctx, "团队现在"), Text: i18n.T(ctx, "%d 位", team)}}}
	if n > 0 || v.Level == policy.Diamond {
		l.Facts = append(l.Facts, ui.Fact{Name: i18n.T(ctx, "带出来的组长"), Text: i18n.T(ctx, "%d 位", n)})
	}
	for _, a := range held {
		need, have := growth.NeededAtReview(p, a.Level), team+n
		if a.Level == policy.Diamond {
			have = n
		}
		name := i18n.T(ctx, growth.LevelName(a.Level))
		l.Facts = append(l.Facts, ui.Fact{Name: i18n.T(ctx, "%s下次复核", name), Text: i18n.T(ctx, "%s，要有 %d 位", ui.FullDay(ctx, a.ReviewOn()), need)})
		if a.Level == v.Level {
			l.Culm = ui.CulmTiers(i18n.T(ctx, "现在 %d 位，复核要有 %d 位", have, need), have, need)
		}
		if a.Warned() {
			last := a.Reviews[len(a.Reviews)-1]
			l.Warn = i18n.T(ctx, "上次复核数到 %d 位，要有 %d 位。%s再数，还不够就不再是%s。", last.Counted, last.Needed, ui.FullDay(ctx, last.Next), name)
		}
		v.Resign = append(v.Resign, resignView{Level: a.Level, Confirm: ui.Confirm{
			ID: "resign-" + a.ID.String(), Open: i18n.T(ctx, "不当%s了", name), Class: "sm", Title: i18n.T(ctx, "不当%s了？", name),
			Text: i18n.T(ctx, "马上算数。当组长的，团队就散；已经得到的奖励还是您的。"), Action: "/me/team/resignation", Do: i18n.T(ctx, "不当了"), Danger: true,
		}})
	}
	v.Lead = l
	return nil
}

// duties are what a level asks, in plain words.
func duties(ctx context.Context, p *policy.Params, level policy.Level) []string {
	if level == policy.Diamond {
		return []string{i18n.T(ctx, "帮新组长带好团队，听居民的意见，带到理事会上"), i18n.T(ctx, "自己的事、亲友的店，表决时回避"), i18n.T(ctx, "每 %d 个月复核一次：带出来的组长还在当的，要有 %d 位", p.LevelReviewMonths, p.DiamondTeams)}
	}
	return []string{i18n.T(ctx, "组员有难处先听，能帮就帮，帮不了转给网格员"), i18n.T(ctx, "把好店、好活动告诉组员，不催买、不压货、不定指标"),
		i18n.T(ctx, "不收任何人的钱，不替平台许诺"), i18n.T(ctx, "每 %d 个月复核一次：团队里会员资格有效的，要有 %d 位", p.LevelReviewMonths, p.GoldTeamKept)}
}

// rights are what a level brings, each with its bound.
func rights(ctx context.Context, p *policy.Params, level policy.Level) []string {
	if level == policy.Diamond {
		return []string{i18n.T(ctx, "每月分红：平台当月留下的 %s，各位理事平分，每人最多 %s 元；会员费不在里面", p.DividendRate.Percent(), ui.Yuan(p.DividendCap)),
			i18n.T(ctx, "社区铺面出租，同等条件下优先")}
	}
	return []string{i18n.T(ctx, "组员消费的 %s，从平台服务费里出，每月最多 %s 元；组员不多付一分", p.TeamShare.Percent(), ui.Yuan(p.LeaderMonthlyCap)),
		i18n.T(ctx, "选品会提前 %d 小时报名", p.SelectionPriorityHours), i18n.T(ctx, "组员再当组长，就自己带一队，您从那一队得不到钱")}
}

func drawCase(ctx context.Context, c *growth.Case) caseView {
	v := caseView{ID: c.ID, Allegation: c.Allegation}
	if n := len(c.Steps); n > 0 {
		v.Reason = c.Steps[n-1].Words
	}
	switch c.State() {
	case "":
		v.State, v.Asks, v.Until = i18n.T(ctx, "等您说明"), i18n.T(ctx, "您的说明"), ui.Moment(ctx, portal.Local(c.HearUntil))
	case growth.Heard:
		v.State = i18n.T(ctx, "您说明了，等决定")
	case growth.Sentence:
		v.State, v.Asks, v.Until = i18n.T(ctx, "决定免去"), i18n.T(ctx, "您的申诉"), ui.Moment(ctx, portal.Local(c.AppealUntil()))
	case growth.Appealed:
		v.State = i18n.T(ctx, "您申诉了，由另一个人决定")
	case growth.Dropped, growth.Lifted:
		v.State = i18n.T(ctx, "了结了，级别不变")
	default:
		v.State = i18n.T(ctx, "免去了")
	}
	return v
}
