package signinweb

import (
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// tilde is where people and their sessions live.
var tilde = id.Tilde

const devicesPath = "/me/devices"

// devices lists where the person is signed in.
func (p *Pages) devices(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	all, err := p.Flows.Devices(ctx, v.Person)
	if err != nil {
		return err
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "登录的设备"), Back: ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}, Class: "keys", Private: true}
	return p.Show(w, r, http.StatusOK, s, devicesPage(devicesView{Here: v.Session, Devices: all, Now: p.Flows.DB.Clock().Now()}))
}

// endDevice signs the person out on one device; on this one it is signing out.
func (p *Pages) endDevice(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	device, err := id.Parse(r.PathValue("device"))
	if err != nil {
		return signin.ErrNoSuchDevice
	}
	if device == v.Session {
		return p.signOut(w, r)
	}
	if err := p.Flows.EndDevice(r.Context(), v.Actor(), v.Person, device); err != nil {
		return err
	}
	http.Redirect(w, r, devicesPath, http.StatusSeeOther)
	return nil
}

// endOthers signs the person out everywhere but here.
func (p *Pages) endOthers(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	if err := p.Flows.EndOtherDevices(r.Context(), v.Actor(), v.Person, v.Session); err != nil {
		return err
	}
	http.Redirect(w, r, devicesPath, http.StatusSeeOther)
	return nil
}
