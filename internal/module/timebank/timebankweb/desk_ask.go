package timebankweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskAsking is what the desk's form of a request asks besides: for whom.
type deskAsking struct {
	Who    string
	Kinds  []ui.Option
	Back   string
	Action string
}

func (h *Pages) deskForm(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskForm(w, r, portal.Sent{})
}

func (h *Pages) showDeskForm(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	v := askView{spot: p.spot, Form: sent.Once("ask", p.Base+"/new"), Sent: sent, Desk: &deskAsking{Back: p.Base}}
	v.Desk.Who = sent.Typed("ask", "who", "")
	if err := h.view(ctx, p.ID, func(rd db.Reader) error {
		all, err := h.svc().Kinds(ctx, rd, p.ID)
		for _, k := range all {
			if !k.Off {
				v.Desk.Kinds = append(v.Desk.Kinds, ui.Option{Value: k.Key, Text: kindName(ctx, k.Name), Note: priceNote(ctx, &k), Icon: iconOf(k.Key)})
			}
		}
		return err
	}); err != nil {
		return err
	}
	v.Now, v.When = true, sent.Typed("ask", "when", "later")
	v.Day, v.Clock = sent.Typed("ask", "day", p.Today.String()), sent.Typed("ask", "clock", "")
	if err := h.fillNext(ctx, &v); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "help", i18n.T(ctx, "替人发请求")), deskAskPage(v))
}

func (h *Pages) deskAsk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	wish, err := h.wishIn(r, p.Now.Location())
	wish.Entered = timebank.ByDesk
	if err == nil {
		wish.Member, err = h.memberBy(ctx, p.ID, r.FormValue("who"))
	}
	to := p.Base
	if err == nil {
		var q *timebank.Request
		if q, err = h.Flows.AskHelp(ctx, p.ID, actor(ctx), wish, r.FormValue(ui.TokenName)); err == nil && q != nil {
			to = p.request(q.ID)
		}
	}
	return portal.Done(w, r, err, to, "ask", func(s portal.Sent) error { return h.showDeskForm(w, r, s) })
}

// errNobody refuses who is no member of the community, as far as the desk has said.
var errNobody = fault.New(fault.Invalid, "timebank.nobody")

// memberBy finds the member whom the desk means: by her telephone or her reference.
func (h *Pages) memberBy(ctx context.Context, community id.ID, said string) (id.ID, error) {
	said = strings.TrimSpace(said)
	if number, err := person.ParsePhone(said); err == nil {
		var who *person.Person
		err := h.view(ctx, id.Tilde, func(rd db.Reader) error { who, err = h.Flows.People.ByPhone(ctx, rd, number); return err })
		if err == nil {
			m, err := h.Flows.MemberIn(ctx, community, who.ID)
			return memberOr(m, err)
		}
		if fault.KindOf(err) != fault.NotFound {
			return id.ID{}, err
		}
	}
	var m *member.Member
	err := h.view(ctx, community, func(rd db.Reader) (err error) { m, err = h.Flows.Members.Lookup(ctx, rd, community, said); return err })
	return memberOr(m, err)
}

func memberOr(m *member.Member, err error) (id.ID, error) {
	if err == nil {
		return m.ID, nil
	}
	if fault.Of(err) != nil {
		err = errNobody.On("who")
	}
	return id.ID{}, err
}
