package importing_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/sheet"
)

// What the house gives out of its tree, households and residents it takes in again,
// where nothing changes; what is wrong is named by line, and nothing runs.
func TestTheTreeIsTakenOverAndGivenOut(t *testing.T) {
	env := dbtest.SQLite(t, flow.Schemas)
	f, bg := flow.New(env.DB), context.Background()
	c, _, err := f.Found(bg, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "竹溪社区"}, flow.Trial())
	if err != nil {
		t.Fatal(err)
	}
	var why []string
	take := func(src *bytes.Reader) importing.Outcome {
		t.Helper()
		why = nil
		tab, err := importing.Open("f", src, sheet.DefaultLimits, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		run := &importing.Run{Flows: f, Actor: db.System, Known: true, Progress: func(*importing.Table) {}, Reject: func(j importing.Rejection) error {
			why = append(why, fmt.Sprintf("%d %s %s", j.Line, j.Column, j.Code()))
			return nil
		}}
		out, err := run.Import(bg, []*importing.Table{tab})
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	text := func(s string) *bytes.Reader { return bytes.NewReader([]byte(s)) }
	check := func(what string, o importing.Outcome, added, known int, reasons ...string) {
		t.Helper()
		if o.Added != added || o.Known != known || strings.Join(why, "; ") != strings.Join(reasons, "; ") {
			t.Errorf("%s: added %d, known %d, %v; want %d, %d, %v", what, o.Added, o.Known, why, added, known, reasons)
		}
	}
	places := "地方编号,类别,地方名称,上级编号\nB1,楼栋,1 号楼,G1\nG1,网格,第一网格,C1\nG2,street,第二网格,C1\nG3,网格,=1+1,C9\n"
	check("places", take(text(places)), 2, 0, "4 place_kind importing.choice", "5 parent_ref community.bad_parent")
	check("places again", take(text(places)), 0, 2, "4 place_kind importing.choice", "5 parent_ref community.bad_parent")
	houses := "household_ref,community_ref,place_ref,door\nH1,C1,B1,=HYPERLINK(1)\nH2,C1,G1,平房\nH3,C2,G1,102\nH1,C1,B1,103\n"
	check("households", take(text(houses)), 2, 0, "4 community_ref household.bad_place", "5 household_ref household.exists")
	people := "household_ref,community_ref,person_name,phone,relation,since\nH1,C1,王秀英,13800138000,户主,2020-05-01\nH2,C1,王秀英,13800138000,户主,\nH1,C1,李明,12345,,\nH9,C1,无户,,,\nH2,C1,陈小红,,租客,2999-01-01\nH2,C1,陈小红,,租客,2024/1/2\n"
	check("residents", take(text(people)), 2, 0, "4 phone importing.phone", "3 person household.lives_elsewhere", "5 household_ref household.not_found", "6 since household.bad_day")
	for _, format := range []string{"csv", "xlsx"} {
		for _, residents := range []bool{false, true} {
			tab, _, err := f.Register(bg, db.System, privacy.Read{}, c.ID, residents)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := tab.Write(&b, format); err != nil {
				t.Fatal(err)
			}
			if format == "csv" && strings.Contains(b.String(), ",=HYPERLINK") {
				t.Error("the table would run when it is opened")
			}
			check("given out as "+format, take(bytes.NewReader(b.Bytes())), 0, 2)
		}
	}
	if err := env.View(bg, id.Tilde, func(r db.Reader) error {
		n, err := f.Households.People(bg, r, c.ID)
		if n != 2 {
			t.Errorf("%d people", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
