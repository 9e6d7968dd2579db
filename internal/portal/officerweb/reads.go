package officerweb

import (
	"fmt"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// readDays is how far back looks are counted.
const readDays = 30

// readsView is how often personal data were looked at, by role and kind.
type readsView struct {
	Table ui.Table
	Days  int
}

// reads counts who looked at personal data, without naming anybody (A7).
func (o *Office) reads(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var all []privacy.Tally
	since := o.Flows.DB.Clock().Now().AddDate(0, 0, -readDays)
	if err := o.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) (err error) {
		all, err = o.Flows.Privacy.Tallies(ctx, rd, since)
		return err
	}); err != nil {
		return err
	}
	v := readsView{Days: readDays, Table: ui.Table{
		ID: "reads", Caption: i18n.T(ctx, "看过居民资料的次数"), Path: "/office/reads", Total: len(all), Ask: ui.TableAsk{Page: 1, Size: len(all)},
		Columns: []ui.Column{{Text: i18n.T(ctx, "什么身份"), Title: true}, {Text: i18n.T(ctx, "看了什么")}, {Text: i18n.T(ctx, "几次"), Num: true}},
		Empty:   ui.EmptyView{Icon: "eye-off", Title: i18n.T(ctx, "这段时间没有人看过居民资料"), Text: i18n.T(ctx, "每看一次都会记下来，本人也看得到。")},
	}}
	for _, t := range all {
		role := t.Role
		if m := access.Name(authz.Role(t.Role)); !m.IsZero() {
			role = m.In(ctx)
		}
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Cells: ui.Cells(role, t.What, whole(t.Reads))})
	}
	return o.Portal.Show(w, r, o.shell(r, "reads", i18n.T(ctx, "谁看过资料")), readsPage(v))
}

// whole writes a whole number with its thousands apart.
func whole[N ~int | ~int64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
