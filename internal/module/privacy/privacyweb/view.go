package privacyweb

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// dataView is the page of what is kept and allowed.
type dataView struct {
	Purposes  []purposeView
	Reads     []ui.Row
	Erasure   time.Time // when it will be done; zero if none was asked for
	Assisting bool      // somebody helps: she may look, not decide
}

// purposeView is one purpose and how it stands.
type purposeView struct {
	privacy.Purpose
	Since time.Time // zero while it is not allowed
}

func (p purposeView) action() string {
	path := dataPath + "/consents/" + p.Key
	if !p.Since.IsZero() {
		path += "/end"
	}
	return path
}

type readsView struct {
	Reads []ui.Row
	Older string
}

type erasureView struct {
	Days       int
	When, Tail string
	Wrong      []ui.Wrong
}

// form is the form as it was sent.
func (v erasureView) form() ui.Form { return ui.Form{Action: ErasurePath, Wrong: v.Wrong} }

// local is an instant as people here read it.
func (h pages) local(at time.Time) time.Time { return at.In(portal.Zone) }

// purposes puts the purposes together with what was allowed under their present
// words.
func (h pages) purposes(_ context.Context, consents []privacy.Consent) (all []purposeView) {
	for _, p := range privacy.Purposes {
		v := purposeView{Purpose: p}
		for _, c := range consents {
			if c.Purpose == p.Key && c.Version == p.Version && c.WithdrawnAt.IsZero() {
				v.Since = h.local(c.GivenAt)
			}
		}
		all = append(all, v)
	}
	return all
}

// looks tells of each look who, what and why; a reader is named by surname and role.
func (h pages) looks(ctx context.Context, r db.Reader, reads []privacy.Read) ([]ui.Row, error) {
	var readers []id.ID
	for _, look := range reads {
		readers = append(readers, look.Reader)
	}
	people, err := h.Flows.People.ByIDs(ctx, r, readers)
	if err != nil {
		return nil, err
	}
	rows := make([]ui.Row, len(reads))
	for i, look := range reads {
		name := roleName(look.Role).In(ctx)
		if p := people[look.Reader]; p != nil && p.Name != "" {
			name = i18n.T(ctx, "%s（%s）", portal.Called(ctx, p), name)
		}
		rows[i] = ui.Row{
			Icon: "eye", Title: name, Text: i18n.T(ctx, "看了：%s", privacy.LookName(look.What).In(ctx)),
			Notes: []string{privacy.Reason(ctx, look.Why)}, EndNote: ui.Moment(ctx, h.local(look.At)),
		}
	}
	return rows, nil
}
