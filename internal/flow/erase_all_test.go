package flow_test

import (
	"bytes"
	"database/sql"
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// stays are the places in which the id of somebody who was forgotten may stand: it
// leads to a row without a name. In some it says who did something.
var stays = []string{"person", "access_grant", "privacy_erasure", "assist_consent", "assist_consent_end", "household"}

// TestNothingLeadsToWhoWasForgotten looks through every table of the program.
func TestNothingLeadsToWhoWasForgotten(t *testing.T) {
	inTown(t, func(w *town) {
		anna, ben := w.known("安娜", "+8613800000001", "anna"), w.known("本", "+8613800000002", "ben")
		her := db.Actor{Kind: "person", ID: anna}
		w.must(w.DB.Update(ctx, id.Tilde, her, func(tx *db.Tx) error {
			h, _, err := w.Households.Add(ctx, tx, household.Household{Home: w.home, Place: w.home, Ref: "1-101", Door: "1 号楼 101"})
			if err != nil {
				return err
			}
			if _, _, err := w.Households.MoveIn(ctx, tx, household.Residence{Household: h.ID, Person: anna, Relation: household.Head}); err != nil {
				return err
			}
			for _, c := range []assist.Consent{{Subject: anna, Helper: ben, Given: assist.OwnPhone}, {Subject: ben, Helper: anna, Given: assist.Document, Evidence: "第 1 号"}} {
				c.Basis, c.Scopes, c.Until = assist.Guardian, assist.Scopes, tx.Now.Add(assist.MaxConsent-1)
				if c.Helper == anna {
					tx := *tx // noted by the desk
					tx.Actor = db.System
					if _, err := w.Helpers.Consent(ctx, &tx, c); err != nil {
						return err
					}
				} else if _, err := w.Helpers.Consent(ctx, tx, c); err != nil {
					return err
				}
			}
			if _, err := w.Access.Give(ctx, tx, access.Grant{Person: anna, Role: access.Volunteer, Place: w.home, Reason: "报名"}); err != nil {
				return err
			}
			if err := w.Privacy.Give(ctx, tx, anna, privacy.Offers, "page"); err != nil {
				return err
			}
			if err := w.Privacy.NoteRead(ctx, tx, []id.ID{anna}, privacy.Read{Reader: ben, Role: "grid_worker", What: privacy.Profile, Why: "走访"}); err != nil {
				return err
			}
			if err := w.SignIn.Agree(ctx, tx, anna); err != nil {
				return err
			}
			if err := w.Notices.Begin(ctx, tx, anna); err != nil {
				return err
			}
			session, _, err := w.SignIn.Start(ctx, tx, anna, signin.ByCode, signin.Device{})
			if err != nil {
				return err
			}
			_, err = w.PayCodes.Make(ctx, tx, anna, session.ID, 30*time.Second)
			return err
		}))
		if _, err := w.AskErasure(ctx, her, anna, true); err != nil {
			t.Fatal(err)
		}
		for _, s := range flow.Schemas {
			if s.Owner == db.Own.Owner {
				continue // leases and the outbox
			}
			for _, table := range s.Tables {
				if n := w.mentions(table.Name, anna); n > 0 && !slices.Contains(stays, table.Name) {
					t.Errorf("%d rows of %s lead to her", n, table.Name)
				}
			}
		}
	})
}

// mentions counts the rows of a table in which an id stands.
func (w *town) mentions(table string, who id.ID) (n int) {
	w.t.Helper()
	w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				return err
			}
			for _, v := range values {
				if b, ok := (*v.(*any)).([]byte); ok && bytes.Equal(b, who[:]) {
					n++
					break
				}
			}
			return nil
		}, "SELECT * FROM "+table+" WHERE community_id = ?", id.Tilde[:])
	}))
	return n
}
