// Package payerweb is what a payer sees at the practice provider: how much, to whom,
// and whether to pay. A house that practises payments alone has it; no money moves.
package payerweb

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/ui"
)

// Pages are the pages of the practice provider.
type Pages struct {
	Bank *sandbox.Server
	Show func(w http.ResponseWriter, r *http.Request, status int, s ui.Shell, page templ.Component) error
}

// Routes adds the pages.
func Routes(t *httpkit.Router, p *Pages) {
	t.Add(
		httpkit.Route{Pattern: "GET " + sandbox.PagePath + "{code}", Action: "practice.pay", Do: p.look},
		httpkit.Route{Pattern: "POST " + sandbox.PagePath + "{code}/payment", Action: "practice.pay", Do: p.pay},
		httpkit.Route{Pattern: "POST " + sandbox.PagePath + "{code}/refusal", Action: "practice.pay", Do: p.refuse},
	)
}

// tellings are what can become of the message to the shop, in the order of the form.
var tellings = []struct {
	how  sandbox.Telling
	text i18n.Message
}{
	{sandbox.Once, i18n.M("马上告诉店里")},
	{sandbox.Late, i18n.M("晚 45 秒才告诉店里")},
	{sandbox.Twice, i18n.M("告诉店里两次")},
	{sandbox.Never, i18n.M("不告诉店里，让店里自己来问")},
}

// payerView is what a payer sees.
type payerView struct {
	sandbox.View
	Code    string
	Refused bool
	Told    []ui.Option
	Pay     ui.Form
	No      ui.Form
}

// Named reports whether the provider knows more of who is paid than a number.
func (v *payerView) Named() bool { return strings.Trim(v.Shop, "0123456789") != "" }

func (p *Pages) look(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx, code := r.Context(), r.PathValue("code")
	seen, ok := p.Bank.Look(code)
	if !ok {
		return httpkit.ErrNoSuchPage
	}
	v := payerView{View: seen, Code: code, Refused: r.FormValue("refused") != "" && seen.State == pay.Pending,
		Pay: ui.Form{Action: sandbox.PagePath + code + "/payment", Wrong: wrong, Busy: i18n.T(ctx, "正在付款")}, No: ui.Form{Action: sandbox.PagePath + code + "/refusal"}}
	for _, t := range tellings {
		v.Told = append(v.Told, ui.Option{Value: string(t.how), Text: t.text.In(ctx)})
	}
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(ctx, "练习付款"), Place: ui.Link{Href: "/", Text: i18n.T(ctx, "共益")}, Class: "signin", Private: true}
	return p.Show(w, r, status, s, payerPage(v))
}

// payer is the account that pays: the one the order is for, or the viewer's own.
func payer(r *http.Request, v sandbox.View) string {
	if v.Payer != "" {
		return v.Payer
	}
	return "practice-" + authz.Of(r.Context()).Person.String()
}

func (p *Pages) pay(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	seen, ok := p.Bank.Look(code)
	if !ok {
		return httpkit.ErrNoSuchPage
	}
	told := sandbox.Once
	for _, t := range tellings {
		if string(t.how) == r.PostFormValue("told") {
			told = t.how
		}
	}
	err := p.Bank.Pay(code, payer(r, seen), told)
	if refused := (*pay.Refused)(nil); errors.As(err, &refused) && seen.State != pay.Done {
		return p.show(w, r, http.StatusConflict, []ui.Wrong{{Text: i18n.T(r.Context(), "没付成，钱没有动。这笔款已经付不了了，请回店里重新来一次。")}})
	} else if err != nil && refused == nil {
		return err
	}
	http.Redirect(w, r, sandbox.PagePath+code, http.StatusSeeOther)
	return nil
}

// refuse is a payer who does not pay: the order stays, as it does at a real provider,
// until its shop closes it or its time is over.
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, sandbox.PagePath+r.PathValue("code")+"?refused=1", http.StatusSeeOther)
	return nil
}
