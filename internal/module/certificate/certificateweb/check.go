package certificateweb

import (
	"fmt"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// checkView is a certificate for who holds its paper in her hands.
type checkView struct {
	portal.Room
	flow.CertificateCheck
	State   string
	Tone    ui.Tone
	Says    string
	Split   string
	Facts   []ui.Fact
	Kinds   []ui.Row
	Changed []ui.Row
	Proof   []ui.Fact
	URL     string
	File    string // "" while nothing is signed
	Key     string
}

// check says whether a certificate counts. Its address is random: who knows it was shown
// the paper.
func (h *Pages) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	at, err := idIn(r)
	if err != nil {
		return err
	}
	v := checkView{Room: room}
	if v.CertificateCheck, err = h.Flows.CheckCertificate(ctx, room.ID, at); err != nil {
		return err
	}
	c := v.Certificate
	v.State, v.Tone = stateOf(ctx, &v.CertificateCheck)
	v.Says, v.Split, v.URL = certified(ctx, c), split(ctx, c), h.base(ctx)+checkPath(room.Place, at)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "编号"), Text: c.Serial(room.Ref)}, {Name: i18n.T(ctx, "出具的社区"), Text: c.Issuer},
		{Name: i18n.T(ctx, "出具日期"), Text: ui.FullDay(ctx, period.DayOf(c.At, room.Now.Location()))}}
	v.Kinds = kindRows(ctx, c.Lines)
	for _, l := range v.CertificateCheck.Changed {
		v.Changed = append(v.Changed, ui.Row{Title: kindName(ctx, l.Name), Text: ui.Day(ctx, l.Day), End: lasting(ctx, l.Minutes)})
	}
	v.Proof = []ui.Fact{{Name: i18n.T(ctx, "原文指纹"), Text: fmt.Sprintf("%x", c.Digest())}, {Name: i18n.T(ctx, "账本里的位置"), Text: i18n.T(ctx, "第 %d 条", c.Seq)}}
	size, root, err := h.files.Head(ctx, room.ID, c.Seq)
	if err != nil {
		return err
	}
	if size > 0 {
		v.File = checkPath(room.Place, at) + "/file"
		v.Proof = append(v.Proof, ui.Fact{Name: i18n.T(ctx, "账本的根"), Text: i18n.T(ctx, "%s（%d 条）", root, size)})
	}
	if v.Key, err = h.files.LogKey(ctx, room.ID); err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "核对服务时长证明"), "certificate")
	s.Back = ui.Link{Href: "/verify", Text: i18n.T(ctx, "核对小票")}
	return h.ShowAs(w, r, http.StatusOK, httpkit.Never, s, checkPage(v))
}

// file answers with what somebody needs who checks a certificate offline.
func (h *Pages) file(w http.ResponseWriter, r *http.Request) error {
	place, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	at, err := idIn(r)
	if err != nil {
		return err
	}
	name, file, err := h.files.HoursFile(r.Context(), place.ID, at)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/json", file)
}
