package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/notify"
)

// Carriers carry notices out of the house; a nil one is not there.
type Carriers struct {
	Push      notify.WebPush
	SMS       notify.SMS
	WeChat    notify.WeChat
	WeChatApp string              // the app whose accounts WeChat writes to
	Cards     map[string]CardForm // of the kinds that WeChat has a template for
	Base      func() string       // the address of this house, for links in messages
}

// CardForm says which template of WeChat carries a kind, and which of its fields
// take the title, the text and the time; a field without a name is left out.
type CardForm struct {
	Template string `json:"template"`
	Title    string `json:"title"`
	Body     string `json:"body"`
	At       string `json:"at"`
}

// Ways lists what the carriers offer.
func (c *Carriers) Ways() (ways []notice.Way) {
	if c.Push != nil {
		ways = append(ways, notice.Push)
	}
	if c.SMS != nil {
		ways = append(ways, notice.SMS)
	}
	if c.WeChat != nil {
		ways = append(ways, notice.WeChat)
	}
	return ways
}

// Carry sets who carries notices out of the house; it is called before the jobs begin.
func (f *Flows) Carry(c Carriers) {
	f.Carriers = c
	f.Notices.Offer(c.Ways()...)
}

// CarryOut handles the outbox note of a delivery that is due. Between taking it and
// writing down what came of it the message leaves the house, outside of any
// transaction: should we vanish in between, it leaves again, under the same id.
func (f *Flows) CarryOut(ctx context.Context, _ id.ID, payload string) (err error) {
	defer fault.Wrap(&err, "carry out %s", payload)
	delivery, err := id.Parse(payload)
	if err != nil {
		return err
	}
	var d *notice.Delivery
	err = f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) (err error) {
		d, err = f.Notices.Claim(ctx, tx, delivery)
		return err
	})
	if err != nil || d == nil {
		return err
	}
	failure := f.send(ctx, d)
	if ctx.Err() != nil {
		return ctx.Err() // stopped half way: the claim runs out
	}
	return f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		return f.Notices.Settle(ctx, tx, delivery, notify.Permanent(failure), failure)
	})
}

// CarryOutDue carries out what is due: after quiet hours, after a failure, for a
// digest, and whatever note was lost.
func (f *Flows) CarryOutDue(ctx context.Context) error {
	var due []id.ID
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		due, err = f.Notices.DueNow(ctx, r, f.DB.Clock().Now(), 500)
		return err
	})
	for _, d := range due {
		if e := f.CarryOut(ctx, id.Tilde, d.String()); e != nil {
			err = errors.Join(err, e)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

// parcel is a delivery with everything that its carrier needs.
type parcel struct {
	*notice.Delivery
	title, body string
	phone, open string
	devices     []notice.Device
}

// send carries one delivery.
func (f *Flows) send(ctx context.Context, d *notice.Delivery) error {
	p, err := f.pack(ctx, d)
	if err != nil {
		return err
	}
	switch {
	case d.Way == notice.Push && f.Carriers.Push != nil:
		return f.push(ctx, p)
	case d.Way == notice.SMS && f.Carriers.SMS != nil && p.phone != "":
		return f.Carriers.SMS.SendText(ctx, notify.Text{ID: d.ID.String(), To: p.phone, Template: d.Item.Kind.ID, Body: shorten(p.title+" "+p.body, 180)})
	case d.Way == notice.WeChat && f.Carriers.WeChat != nil && p.open != "":
		return f.card(ctx, p)
	}
	return fmt.Errorf("%w: no way to her by %s", notify.ErrPermanent, d.Way)
}

// pack reads what a delivery says, in the person's language, and where it goes.
func (f *Flows) pack(ctx context.Context, d *notice.Delivery) (*parcel, error) {
	p := &parcel{Delivery: d}
	return p, f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		who, err := f.People.ByID(ctx, r, d.Item.Person)
		if err != nil {
			return fmt.Errorf("%w: %w", notify.ErrGone, err)
		}
		p.phone = who.Phone
		if d.Way == notice.WeChat {
			if p.open, err = f.SignIn.OpenIDOf(ctx, r, who.ID, f.Carriers.WeChatApp); err != nil {
				return err
			}
		}
		if p.devices, err = f.Notices.Devices(ctx, r, who.ID); err != nil {
			return err
		}
		reach, err := f.reach(ctx, r, who.ID)
		if err != nil {
			return err
		}
		lang, _ := i18n.Parse(who.Lang)
		said := i18n.With(ctx, lang)
		args := d.Item.Args
		if d.Waiting > 0 {
			args = []notice.Arg{notice.Count(int64(d.Waiting))}
		}
		p.title, p.body = d.Item.Kind.Words(said, args, reach.Zone)
		return nil
	})
}

// pushed is what the service worker reads.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	URL   string `json:"url"`
	Tag   string `json:"tag"` // a repetition takes the place of what is shown
}

// push sends to every browser of hers. It succeeds if one took it; those that have
// gone are forgotten.
func (f *Flows) push(ctx context.Context, p *parcel) error {
	body, err := json.Marshal(pushed{shorten(p.title, 120), shorten(p.body, 400), p.page(), p.Item.ID.String()})
	if err != nil {
		return err
	}
	m := notify.Push{Topic: p.Item.ID.String(), Body: body, TTL: 24 * time.Hour, Urgency: notify.NormalUrgency}
	if p.Item.Kind.Urgent {
		m.Urgency, m.TTL = notify.HighUrgency, 6*time.Hour
	}
	if p.Item.Kind.Marketing {
		m.Urgency = notify.LowUrgency
	}
	taken, gone := false, 0
	var failures []error
	for _, d := range p.devices {
		err := f.Carriers.Push.SendPush(ctx, d.Subscription(), m)
		if errors.Is(err, notify.ErrGone) {
			gone++
			if e := f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.Notices.Forget(ctx, tx, d.ID) }); e != nil {
				return e
			}
			continue
		}
		taken = taken || err == nil
		if err != nil {
			failures = append(failures, err)
		}
	}
	switch {
	case taken:
		return nil
	case gone == len(p.devices):
		return fmt.Errorf("%w: no browser of hers is left", notify.ErrGone)
	}
	return errors.Join(failures...)
}

// page is where a tap on a message leads: the notice, which leads to the matter.
func (p *parcel) page() string {
	if p.Waiting > 0 {
		return "/me/notices"
	}
	return "/me/notices/" + p.Item.ID.String()
}

// card sends by WeChat, if there is a template for the kind.
func (f *Flows) card(ctx context.Context, p *parcel) error {
	form, ok := f.Carriers.Cards[p.Item.Kind.ID]
	if !ok {
		return fmt.Errorf("%w: no WeChat template for %s", notify.ErrPermanent, p.Item.Kind.ID)
	}
	fields := make(map[string]string)
	for name, value := range map[string]string{form.Title: p.title, form.Body: p.body, form.At: p.Item.At.In(DefaultZone).Format("2006-01-02 15:04")} {
		if name != "" {
			fields[name] = shorten(value, 20) // WeChat's own limit of a field
		}
	}
	page := ""
	if f.Carriers.Base != nil && f.Carriers.Base() != "" {
		page = f.Carriers.Base() + p.page()
	}
	return f.Carriers.WeChat.SendCard(ctx, notify.Card{ID: p.ID.String(), To: p.open, Template: form.Template, Page: page, Fields: fields})
}

// shorten cuts a text to so many signs.
func shorten(s string, n int) string {
	signs := []rune(strings.TrimSpace(s))
	if len(signs) <= n {
		return string(signs)
	}
	return string(signs[:n-1]) + "…"
}
