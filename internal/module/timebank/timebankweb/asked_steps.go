package timebankweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/portal"
)

// askedStep does something with the viewer's request, or a part of it.
func (h *Pages) askedStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at *spot, assignment id.ID) error) error {
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	var assignment id.ID
	if r.PathValue("assignment") != "" {
		if assignment, err = idIn(r, "assignment"); err != nil {
			return err
		}
	}
	err = do(r.Context(), &at, assignment)
	return portal.Done(w, r, err, askedHref(at.ID, q.ID), form, func(s portal.Sent) error { return h.showAsked(w, r, s) })
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	request, err := idIn(r, "request")
	if err != nil {
		return err
	}
	return h.askedStep(w, r, "withdraw", func(ctx context.Context, at *spot, _ id.ID) error {
		return h.Flows.WithdrawHelp(ctx, at.ID, actor(ctx), at.Me.ID, request, portal.Prose(r, "words"))
	})
}

func (h *Pages) acceptService(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "accept", func(ctx context.Context, at *spot, a id.ID) error {
		if err := h.Flows.AcceptHelp(ctx, at.ID, actor(ctx), at.Me.ID, a); err != nil {
			return err
		}
		if words := portal.Prose(r, "thanks"); words != "" {
			return h.Flows.ThankHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, words)
		}
		return nil
	})
}

func (h *Pages) dispute(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "dispute", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.DisputeHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "words"))
	})
}

func (h *Pages) missed(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "missed", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.MissHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "words"))
	})
}

func (h *Pages) thank(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "thank", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.ThankHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "thanks"))
	})
}

func (h *Pages) remarkAsked(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "remark", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.RemarkHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "remark"))
	})
}

func (h *Pages) incidentAsked(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "incident", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.ReportHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, timebank.Accident(r.FormValue("accident")), portal.Prose(r, "incident"))
	})
}

func (h *Pages) proofAsked(w http.ResponseWriter, r *http.Request) error {
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	return h.sendProof(w, r, at.ID, func(a *timebank.Assignment) bool { return a.Request == q.ID })
}

// sendProof answers with a picture of an assignment, if that is one the viewer may see.
func (h *Pages) sendProof(w http.ResponseWriter, r *http.Request, at id.ID, may func(a *timebank.Assignment) bool) error {
	ctx := r.Context()
	assignment, err := idIn(r, "assignment")
	if err != nil {
		return err
	}
	which, err := idIn(r, "file")
	if err != nil {
		return err
	}
	return h.view(ctx, at, func(rd db.Reader) error {
		a, err := h.svc().AssignmentByID(ctx, rd, at, assignment)
		if err != nil {
			return err
		}
		files, err := h.svc().Proofs(ctx, rd, at, assignment)
		if err != nil {
			return err
		}
		for _, f := range files {
			if f == which && may(a) {
				file, err := h.Flows.Files.ByID(ctx, rd, at, f)
				if err != nil {
					return err
				}
				return portal.SendFile(w, r, file, httpkit.Private)
			}
		}
		return timebank.ErrNotFound
	})
}
