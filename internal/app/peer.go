package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
)

// peerPath is where instances tell each other of members; their common secret
// opens it, nobody else's key.
const peerPath = "/api/peer/member-copies"

// ErrNotAPeer refuses a call that no other instance has signed.
var ErrNotAPeer = fault.New(fault.Unauthorized, "app.not_a_peer")

// noticePath is where they hand each other what people are to be told.
const noticePath = "/api/peer/notices"

// hoursPath is where they bring each other hours that members take along.
const hoursPath = "/api/peer/hours"

// pairingPath is where they tell each other what a community said of an agreement.
const pairingPath = "/api/peer/pairings"

// peerNote is what travels: whom to admit, and where.
type peerNote struct {
	Community id.ID           `json:"community"`
	Copy      flow.MemberCopy `json:"copy"`
}

// Admit implements flow.Peer.
func (f *forwarder) Admit(ctx context.Context, address string, community id.ID, c flow.MemberCopy) error {
	return f.tell(ctx, address, peerPath, peerNote{community, c})
}

// tell posts something to another instance, signed.
func (f *forwarder) tell(ctx context.Context, address, path string, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", f.bodyMark(body))
	req.Header.Set(forwarded, f.sign(req, time.Now()))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.Join(errOwnerGone.After(f.app.leaseTime()), err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 1024))
		return fmt.Errorf("%w: %s: %s", errOwnerGone.After(f.app.leaseTime()), res.Status, text)
	}
	return nil
}

// Notify implements flow.Peer.
func (f *forwarder) Notify(ctx context.Context, address string, n notice.Notice) error {
	return f.tell(ctx, address, noticePath, n)
}

// notify answers another instance's Notify.
func (f *forwarder) notify(w http.ResponseWriter, r *http.Request) error {
	var n notice.Notice
	if err := f.heard(r, &n); err != nil {
		return err
	}
	if err := f.app.Flows.Notify(r.Context(), n); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Bring implements flow.Peer.
func (f *forwarder) Bring(ctx context.Context, address string, h flow.HoursAway) error {
	return f.tell(ctx, address, hoursPath, h)
}

// bring answers another instance's Bring.
func (f *forwarder) bring(w http.ResponseWriter, r *http.Request) error {
	var h flow.HoursAway
	if err := f.heard(r, &h); err != nil {
		return err
	}
	if err := f.app.Flows.ArriveHours(r.Context(), h); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Pair implements flow.Peer.
func (f *forwarder) Pair(ctx context.Context, address string, n pairing.News) error {
	return f.tell(ctx, address, pairingPath, n)
}

// pair answers another instance's Pair.
func (f *forwarder) pair(w http.ResponseWriter, r *http.Request) error {
	var n pairing.News
	if err := f.heard(r, &n); err != nil {
		return err
	}
	if err := f.app.Flows.LearnPairing(r.Context(), n); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// bodyMark binds the body to the signature, which covers the Authorization header.
func (f *forwarder) bodyMark(body []byte) string {
	return fmt.Sprintf("Body %x", mac(f.secret, body))
}

// admit answers another instance's Admit.
func (f *forwarder) admit(w http.ResponseWriter, r *http.Request) error {
	var note peerNote
	if err := f.heard(r, &note); err != nil {
		return err
	}
	if err := f.app.Flows.Admit(r.Context(), db.System, note.Community, note.Copy); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// heard reads what another instance told, or refuses who is none.
func (f *forwarder) heard(r *http.Request, what any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if r.Header.Get("Authorization") != f.bodyMark(body) || !f.valid(r.Header.Get(forwarded), r) {
		return ErrNotAPeer
	}
	return json.Unmarshal(body, what)
}
