package flow_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/webauthn"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// told is what a person takes along, by file: the rows people read and the data.
func (l *lane) told(name string) map[string]string {
	l.t.Helper()
	chapters, err := l.Told(ctx, l.people[name])
	l.must(err)
	all := make(map[string]string, len(chapters))
	for _, c := range chapters {
		text, err := json.Marshal(c.Data)
		l.must(err)
		for _, row := range c.Rows {
			if len(row) != len(c.Columns) {
				l.t.Errorf("%s: a row has %d columns of %d", c.File, len(row), len(c.Columns))
			}
			text = append(text, "\n"+strings.Join(row, " | ")...)
		}
		if _, twice := all[c.File]; twice || c.Title == "" {
			l.t.Errorf("%s stands twice, or has no title", c.File)
		}
		all[c.File] = string(text)
	}
	return all
}

// phones gives people numbers.
func (l *lane) phones(numbers map[string]string) {
	l.t.Helper()
	for name, phone := range numbers {
		l.must(l.update(id.ID{}, func(tx *db.Tx) error {
			return l.People.Change(ctx, tx, l.people[name], func(p *person.Person) error { p.Phone = phone; return nil })
		}))
	}
}

// lived lets Wang's life leave something in every chapter that lies under "~".
func (l *lane) lived() {
	l.t.Helper()
	wang := l.people["wang"]
	point, auth := append([]byte{4}, make([]byte, 64)...), make([]byte, 16)
	l.must(l.update(wang, func(tx *db.Tx) error {
		for i := range 3 {
			n := notice.Notice{Kind: notice.PurchaseSettled, Person: wang, Cause: fmt.Sprint("c", i), Args: []notice.Arg{notice.Text("老李面馆", ""), notice.Yuan(128_40), notice.Coins(6_42), notice.Points(12_84)}}
			if err := l.Notices.Deliver(ctx, tx, n, notice.Reach{Zone: flow.DefaultZone}); err != nil {
				return err
			}
		}
		for _, do := range []func() error{
			func() error { return l.Notices.Wish(ctx, tx, wang, notice.PurchaseSettled, notice.Push, true) },
			func() error { return l.Notices.SetQuiet(ctx, tx, wang, notice.Quiet{From: 20 * 60, Until: 9 * 60}) },
			func() error {
				return l.Notices.Subscribe(ctx, tx, notice.Device{Person: wang, Endpoint: "https://push.example.com/secret-address", P256dh: base64.RawURLEncoding.EncodeToString(point), Auth: base64.RawURLEncoding.EncodeToString(auth)})
			},
			func() error {
				return l.SignIn.AddPasskey(ctx, tx, wang, "女儿的电脑", &webauthn.Credential{ID: []byte("key"), PublicKey: []byte("public")})
			},
			func() error {
				return l.SignIn.LinkWeChat(ctx, tx, wang, signin.WeChat{App: "wx1", OpenID: "openid-of-wang"})
			},
			func() error { _, err := l.Privacy.Ask(ctx, tx, wang, false); return err },
			func() error {
				return l.Privacy.NoteRead(ctx, tx, []id.ID{wang}, privacy.Read{Reader: l.people["li"], Role: "grid_worker", What: privacy.Household, Why: "走访"})
			},
			func() error {
				_, err := l.Access.Give(ctx, tx, access.Grant{Person: wang, Role: access.Volunteer, Place: l.places["C1"], Grantor: access.By(db.Actor{Kind: "person", ID: l.people["sun"]}), Reason: "报名"})
				return err
			},
			func() error {
				for _, ref := range []string{"102", "201"} {
					x, err := l.Households.Join(ctx, tx, household.Link{Household: l.houses[ref], Person: wang, Kind: household.Representative, Reason: "推选 " + ref})
					if err == nil && ref == "201" {
						err = l.Households.Part(ctx, tx, x.ID, "换人")
					}
					if err != nil {
						return err
					}
				}
				return nil
			},
		} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}))
	consent, err := l.consent("wang", "wang", "li", assist.Worker, assist.OwnPhone)
	l.must(err)
	_, err = l.consent("sun", "chen", "wang", assist.Guardian, assist.InPerson)
	l.must(err)
	s, err := l.BeginAssist(ctx, l.viewer("li"), consent, "查小票")
	l.must(err)
	l.must(l.NoteAct(ctx, l.viewer("li"), assist.Act{Action: "me.read", Method: "GET", Path: "/me/purchases"}))
	l.must(l.NoteAct(ctx, l.viewer("li"), assist.Act{Action: "order.make", Method: "POST", Path: "/group/7"}))
	l.must(l.LeaveAssist(ctx, db.Actor{ID: l.people["li"]}, s.ID, false))
	l.must(l.RevokeConsent(ctx, db.Actor{ID: wang}, consent, "不用了", false))
	q, err := l.AskForHelp(ctx, db.Actor{ID: wang}, flow.HelpWanted{Subject: wang, Page: "/group", Wish: "帮我订鸡蛋"})
	l.must(err)
	_, err = l.AnswerHelp(ctx, db.Actor{ID: l.people["li"]}, q.ID, assist.Taken, "")
	l.must(err)
	_, err = l.AnswerHelp(ctx, db.Actor{ID: l.people["li"]}, q.ID, assist.Done, "订好了，周四到")
	l.must(err)
}

// A7: everything that is kept of a person is told her, and nothing of others but how
// they are called.
func TestWhatAPersonIsToldOfHerself(t *testing.T) {
	inLane(t, func(l *lane) {
		numbers := map[string]string{"wang": "+8613800000001", "min": "+8613800000002", "li": "+8613800000003", "chen": "+8613800000004", "sun": "+8613800000005"}
		l.phones(numbers)
		l.lived()
		told := l.told("wang")
		for file, has := range map[string][]string{
			"profile.json":         {"wang", "+8613800000001"},
			"homes.json":           {"竹溪社区", "101 室", "户主", "li"},
			"duties.json":          {"102 室", "推选 201"},
			"roles.json":           {"volunteer", "报名", "sun"},
			"passkeys.json":        {"女儿的电脑"},
			"wechat.json":          {"linked_at"},
			"reads.json":           {"grid_worker", "走访"},
			"erasure.json":         {"due_at"},
			"helpers.json":         {"li", "看我的订单、权益和小票", "本人在手机上同意", "不用了"},
			"helped.json":          {"查小票", "看了：消费和小票", "办了：团购", "/group/7", "li"},
			"helping.json":         {"chen", "当面签了同意书"},
			"requests.json":        {"帮我订鸡蛋", "办好了：订好了，周四到", "li"},
			"notices.json":         {"在老李面馆消费 128.40 元", "6.42"},
			"notice_settings.json": {"20:00 – 09:00", "purchase.settled", "消费小票 · 推送"},
			"push.json":            {"push.example.com"},
		} {
			for _, want := range has {
				if !strings.Contains(told[file], want) {
					t.Errorf("%s says nothing of %q: %s", file, want, told[file])
				}
			}
		}
		if n := strings.Count(told["notices.json"], "在老李面馆消费"); n != 6 {
			t.Errorf("three notices are told %d times as data and as rows", n)
		}
		for file, text := range told {
			for name, number := range numbers {
				if name != "wang" && (strings.Contains(text, number) || strings.Contains(text, number[3:]) || strings.Contains(text, l.people[name].String())) {
					t.Errorf("%s has number or id of %s: %s", file, name, text)
				}
			}
			for _, hidden := range []string{"secret-address", "openid-of-wang", "public", "表 2025-031", "孙大姐", "201 室"} {
				if strings.Contains(text, hidden) {
					t.Errorf("%s tells %q: %s", file, hidden, text)
				}
			}
		}
	})
}

// Who has nothing yet is told that it is nothing, chapter by chapter, and another's
// life leaves nothing with her.
func TestNothingOfOthersIsTold(t *testing.T) {
	inLane(t, func(l *lane) {
		before := l.told("min")
		l.lived()
		after := l.told("min")
		for file, text := range after {
			if text != before[file] {
				t.Errorf("%s of Min changed by what Wang did: %s", file, text)
			}
		}
		var files []string
		for file, text := range l.told("zhao") {
			if files = append(files, file); strings.HasPrefix(text, "null") {
				t.Errorf("%s is null: a program expects a list", file)
			}
		}
		slices.Sort(files)
		want := "devices duties erasure helped helpers helping homes movements notice_settings notices passkeys profile purchases consents push reads requests roles vouchers wechat memberships"
		for _, f := range strings.Fields(want) {
			if !slices.Contains(files, f+".json") {
				t.Errorf("no chapter %s", f)
			}
		}
	})
}
