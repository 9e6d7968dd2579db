package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// TellPast tells readers what some entries of several books say, the earliest first,
// and counts those books as told to their ends: for a past that was lived in one go, as
// a demo's is, and of which the caller knows whom it concerns. Nothing of it leaves the
// house. The books are read one after another, so what DeriveNotices would tell of each
// stands together in an inbox; here all of it stands in order.
func (f *Flows) TellPast(ctx context.Context, entries map[id.ID][]int64) (err error) {
	defer fault.Wrap(&err, "tell of the past")
	var all []notice.Notice
	ends := make(map[id.ID]int64, len(entries))
	for books, seqs := range entries {
		t := telling{flows: f, community: books}
		err := f.DB.View(ctx, books, func(r db.Reader) error {
			size, err := f.Ledger.Size(ctx, r, books)
			if err != nil {
				return err
			}
			t.found, ends[books] = nil, size
			for _, seq := range seqs {
				e, err := f.Ledger.Entry(ctx, r, books, seq)
				if err == nil {
					err = t.take(ctx, r, e)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		some, _, err := t.address(ctx)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b notice.Notice) int { return a.At.Compare(b.At) })
	return f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return f.Notices.TellPast(ctx, tx, all, ends) })
}
