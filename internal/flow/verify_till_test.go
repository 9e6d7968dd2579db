package flow_test

import (
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// TestVerifyFindsForgedTills: what was written past the house about checkouts and
// payments is found, and nothing is found of what was not.
func TestVerifyFindsForgedTills(t *testing.T) {
	for says, statement := range map[string]string{
		"":                                 "UPDATE checkout SET way = way",
		"verify.payment_differs":           "UPDATE payment SET amount = amount - 1",
		"verify.payment_of_no_entry":       "UPDATE payment_end SET seq = 9999 WHERE seq >= 0 AND",
		"verify.payment_refunded_too_much": "UPDATE payment_refund SET amount = 9000",
		"verify.checkout_differs":          "UPDATE checkout_end SET seq = seq - 1 WHERE kind = 'settled' AND",
		"verify.checkout_of_no_entry":      "UPDATE checkout_end SET seq = 9999 WHERE kind = 'settled' AND",
	} {
		atBakery(t, func(c *counter) {
			a, key := c.waiting(100_00)
			c.must(c.ToldPayment(ctx, c.purse.paid(key)))
			_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r1", Purchase: c.now(a.ID).End.Seq, Amount: 25_00})
			c.must(err)
			c.must(c.DB.Update(ctx, c.home, db.System, func(tx *db.Tx) error {
				where := " WHERE"
				if strings.HasSuffix(statement, "AND") {
					where = ""
				}
				_, err := tx.Exec(ctx, statement+where+" community_id = ?", c.home[:])
				return err
			}))
			report, err := c.Verify(ctx, c.home, flow.VerifyOptions{})
			c.must(err)
			found := says == ""
			for _, f := range report.Findings {
				found = found || f.Code == says
			}
			if !found || says == "" && len(report.Findings) > 0 {
				c.t.Errorf("%s after %q: %v", says, statement, report.Findings)
			}
		})
	}
}
