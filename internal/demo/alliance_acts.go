package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/db"
)

// moved does something with every application of a trade's latest opening.
func (d *Demo) moved(trade string, do func(ctx context.Context, at id.ID, actor db.Actor, i int, x *alliance.Application) error) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		o, err := d.openingOf(ctx, at, trade)
		if err != nil || o == nil {
			return err
		}
		all, err := d.applications(ctx, at, o.ID)
		if err != nil {
			return err
		}
		actor, err := d.office(ctx)
		if err != nil {
			return err
		}
		for i, x := range all {
			if err := do(ctx, at, actor, i, x); err != nil {
				return err
			}
		}
		return nil
	}
}

// inspect checks and visits the first applicants of a trade; the others are refused.
func (d *Demo) inspect(trade string, fit int, refusal string) func(ctx context.Context, at id.ID) error {
	return d.moved(trade, func(ctx context.Context, at id.ID, actor db.Actor, i int, x *alliance.Application) error {
		if x.State() != alliance.Submitted {
			return nil
		}
		if i >= fit {
			return d.Flows.CheckApplication(ctx, at, actor, x.ID, alliance.Refused, refusal)
		}
		if err := d.Flows.CheckApplication(ctx, at, actor, x.ID, alliance.Checked, ""); err != nil {
			return err
		}
		v := alliance.Visit{Application: x.ID, On: period.DayOf(d.clock.Now(), d.zone), Visitors: []string{"沈立新", "何静"}, Passed: alliance.Checks[:5-i], Area: 36 + 12*i, Result: alliance.Fit}
		if i > 0 {
			v.Result, v.Note = alliance.Mending, "后厨地面要再做一次防滑"
		}
		_, err := d.Flows.NoteVisit(ctx, at, actor, v, "")
		return err
	})
}

// payUp pays what the elected shop of a trade was asked for.
func (d *Demo) payUp(trade string) func(ctx context.Context, at id.ID) error {
	return d.moved(trade, func(ctx context.Context, at id.ID, actor db.Actor, _ int, x *alliance.Application) error {
		var all []charge.Charge
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { all, err = d.Flows.Charges.Of(ctx, r, at, x.ID); return err }); err != nil {
			return err
		}
		for _, c := range all {
			if !c.Open() {
				continue
			}
			if _, err := d.Flows.Pay(ctx, at, actor, c.ID, charge.Payment{Means: charter.Bank, Reference: "CB" + c.Code}); err != nil {
				return err
			}
		}
		return nil
	})
}

// signUp lets both sides confirm the contract of a trade's elected shop.
func (d *Demo) signUp(trade string) func(ctx context.Context, at id.ID) error {
	return d.moved(trade, func(ctx context.Context, at id.ID, actor db.Actor, _ int, x *alliance.Application) error {
		if x.State() != alliance.Contracted {
			return nil
		}
		var c *alliance.Agreement
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { c, err = d.Flows.Alliance.AgreementOf(ctx, r, at, x.ID); return err }); err != nil {
			return err
		}
		if err := d.Flows.SignContract(ctx, at, db.Actor{Kind: "person", ID: x.Person}, x.ID, alliance.ByOwner, access.Owner, c.SHA256); err != nil {
			return err
		}
		return d.Flows.SignContract(ctx, at, actor, x.ID, alliance.ByAlliance, access.Operator, c.SHA256)
	})
}

// voteAll lets everybody who may vote in a trade's ballot: three for the first answer.
func (d *Demo) voteAll(trade string) func(ctx context.Context, at id.ID) error {
	return d.votes(trade, func(i int) int { return 1 + i/3 }, 99)
}

// votesSome lets some vote, one for each option.
func (d *Demo) votesSome(trade string, most int) func(ctx context.Context, at id.ID) error {
	return d.votes(trade, func(i int) int { return i%2 + 1 }, most)
}

func (d *Demo) votes(trade string, option func(i int) int, most int) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		var running []*committee.Ballot
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { running, err = d.Flows.Committee.Running(ctx, r, at); return err }); err != nil {
			return err
		}
		tree, err := d.Flows.Trades(ctx)
		if err != nil {
			return err
		}
		about, err := tree.Find(trade)
		if err != nil {
			return err
		}
		for _, b := range running {
			for i, e := range b.Electors {
				if b.About != about.Zh || !e.May() || i >= most {
					continue
				}
				if _, err := d.Flows.Vote(ctx, at, db.Actor{Kind: "person", ID: e.Person}, b.ID, option(i)); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// meets notes a meeting with two items and its minutes.
func (d *Demo) meets(place, first, decided, second string) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		actor, err := d.office(ctx)
		if err != nil {
			return err
		}
		m, err := d.Flows.CallMeeting(ctx, at, actor, committee.Meeting{At: d.clock.Now().Add(-2 * time.Hour), Place: place}, true)
		if err != nil {
			return err
		}
		w := committee.Minutes{Words: "到会的都发了言，" + second + "。", Decisions: make(map[id.ID]string)}
		for i, title := range []string{first, "新申请的店怎么看店"} {
			x, err := d.putItem(ctx, at, actor, m.ID, title)
			if err != nil {
				return err
			}
			if w.Decisions[x] = decided; i > 0 {
				w.Decisions[x] = "两人一组，去之前约时间，带清单"
			}
		}
		var body *committee.Body
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { body, err = d.Flows.Committee.Body(ctx, r, at); return err }); err != nil {
			return err
		}
		for i, s := range body.Sitting(d.clock.Now()) {
			if i != 3 {
				w.Present = append(w.Present, s.ID)
			}
		}
		return d.Flows.RecordMinutes(ctx, at, actor, m.ID, w, true)
	}
}

func (d *Demo) putItem(ctx context.Context, at id.ID, actor db.Actor, meeting id.ID, title string) (item id.ID, err error) {
	if err := d.Flows.PutItem(ctx, at, actor, meeting, committee.Item{Title: title}, true); err != nil {
		return item, err
	}
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		m, err := d.Flows.Committee.MeetingByID(ctx, r, at, meeting)
		if err == nil {
			item = m.Items[len(m.Items)-1].ID
		}
		return err
	})
	return item, err
}

// handsOver confirms the hand-over that is open, as both chairs do.
func (d *Demo) handsOver(matters, notes string) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		var all []*committee.Handover
		var body *committee.Body
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
			if all, err = d.Flows.Committee.Handovers(ctx, r, at); err != nil {
				return err
			}
			body, err = d.Flows.Committee.Body(ctx, r, at)
			return err
		}); err != nil {
			return err
		}
		chairs := make(map[id.ID]db.Actor)
		for _, c := range body.Chairs {
			chairs[c.ID] = db.Actor{Kind: "person", ID: body.Member(c.Member).Person}
		}
		for _, h := range all {
			if h.Done() {
				continue
			}
			text := committee.Text{Matters: matters, Notes: notes, Keys: "活动室钥匙一把、联盟公章在居委会"}
			if err := d.Flows.WriteHandover(ctx, at, chairs[h.From], h.ID, text, false); err != nil {
				return err
			}
			if err := d.Flows.ConfirmHandover(ctx, at, chairs[h.From], h.ID, committee.Outgoing, false); err != nil {
				return err
			}
			if err := d.Flows.ConfirmHandover(ctx, at, chairs[h.To], h.ID, committee.Incoming, false); err != nil {
				return err
			}
		}
		return nil
	}
}

// picture is a made-up paper: lines on a ground, another one for each number.
func picture(n int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 240, 160))
	ground := color.RGBA{246, 240, uint8(210 + n%40), 255}
	for y := range 160 {
		for x := range 240 {
			c := ground
			if y%20 > 16 && x > 24 && x < 100+(n*31+y*7)%116 {
				c = color.RGBA{84, 76, 64, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil // an encoder of ours into memory does not fail
	}
	return b.Bytes()
}
