package app

import (
	"context"
	"encoding/json"
	"fmt"

	"gongyi/internal/flow"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/notice/noticeweb"
	"gongyi/internal/module/privacy/privacyweb"
	"gongyi/internal/module/signin/signinweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/notify"
	"gongyi/internal/portal/pwaweb"
)

// Outside says through whom notices leave the house, besides Config.SMS.
type Outside struct {
	PushContact string // how push services reach the operator: an https or mail address; "" is no push

	WeChatBase   string // "" is WeChat itself
	WeChatApp    string // the official account; "" is no WeChat
	WeChatSecret string
	WeChatCards  string // JSON: kind of notice → {"template", "title", "body", "at"}
}

// carry opens the ways out of the house. The keys of push are made the first time.
func (a *App) carry() error {
	c := flow.Carriers{SMS: a.SMS, Base: func() string { return a.base(context.Background()) }}
	if a.Outside.PushContact != "" && !a.ReadOnly {
		keys, err := notify.OpenVAPID(a.KeyDir())
		if err != nil {
			return err
		}
		c.Push = notify.NewPush(keys, a.Outside.PushContact)
	}
	if a.Outside.WeChatApp != "" {
		if err := json.Unmarshal([]byte(a.Outside.WeChatCards), &c.Cards); err != nil {
			return fmt.Errorf("app: which WeChat template carries which notice: %w", err)
		}
		for kind := range c.Cards {
			if _, ok := notice.KindOf(kind); !ok {
				return notice.ErrNoKind.With("kind", kind)
			}
		}
		c.WeChatApp = a.Outside.WeChatApp
		c.WeChat = &notify.WeChatClient{Base: a.Outside.WeChatBase, AppID: a.Outside.WeChatApp, Secret: a.Outside.WeChatSecret, Clock: a.DB.Clock()}
	}
	a.Flows.Carry(c)
	return nil
}

// notices adds the pages of notices, and lets those who act for others be told of.
func (a *App) notices() {
	noticeweb.Routes(a.routes, &noticeweb.Pages{Flows: a.Flows, Portal: a.portal})
	a.Flows.Tell = a.tellAssisted
	(&pwaweb.Pages{Portal: a.portal, Emptying: []string{signinweb.SignOutPath, privacyweb.ErasurePath}}).Routes(a.routes)
}

// tellAssisted tells somebody of help that she gives or gets (A4).
func (a *App) tellAssisted(ctx context.Context, tx *db.Tx, t flow.Told) error {
	other := notice.Text("–", "")
	if !t.About.IsZero() {
		p, err := a.Flows.People.ByID(ctx, tx, t.About)
		if err != nil {
			return err
		}
		other = notice.Text(p.Called(i18n.With(ctx, i18n.Zh)), p.Called(i18n.With(ctx, i18n.En))) // who reads it need not speak as who acts
	}
	n := notice.Notice{Person: t.To, Place: t.Home, Cause: string(t.Matter) + "/" + t.Cause.String(), Link: "/me"}
	switch t.Matter {
	case flow.ConsentGiven:
		n.Kind, n.Args = notice.HelpAgreed, []notice.Arg{other, notice.Moment(t.Until)}
	case flow.ConsentRevoked:
		n.Kind, n.Args = notice.HelpEnded, []notice.Arg{other}
	case flow.SessionBegun:
		n.Kind, n.Args = notice.AssistOpened, []notice.Arg{other, notice.Moment(t.Until)}
	case flow.SessionEnded:
		n.Kind, n.Args = notice.AssistEnded, []notice.Arg{other}
	case flow.HelpAsked:
		n.Kind, n.Args = notice.HelpAsked, []notice.Arg{other, notice.Text(t.Words, "")}
	case flow.HelpAnswered:
		n.Kind, n.Args = notice.HelpAnswered, []notice.Arg{other, notice.Text(t.Words, "")}
	default:
		return nil
	}
	return a.Flows.Notices.Send(ctx, tx, n)
}
