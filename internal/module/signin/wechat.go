package signin

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// WeChat is an account as WeChat names it to an app.
type WeChat struct {
	App     string `json:"app"`     // the app's id
	OpenID  string `json:"openid"`  // of the account under this app
	UnionID string `json:"unionid"` // of the account under the operator, "" if not told
}

// subject is the name under which an account is kept: what holds for all apps of
// the operator is preferred.
func (w WeChat) subject() string {
	if w.UnionID != "" {
		return "union:" + w.UnionID
	}
	return w.alone()
}

func (w WeChat) alone() string { return "open:" + w.App + ":" + w.OpenID }

// WeChatLink is a WeChat account that stands for a person.
type WeChatLink struct {
	Subject  string
	LinkedAt time.Time
}

// ErrWeChatTaken refuses an account that stands for somebody else.
var ErrWeChatTaken = fault.New(fault.Conflict, "signin.wechat_taken")

// ByWeChatOf is the person for whom an account stands, the zero id if for nobody.
func (s *Service) ByWeChatOf(ctx context.Context, r db.Reader, w WeChat) (who id.ID, err error) {
	for _, subject := range []string{w.subject(), w.alone()} {
		err = db.One(ctx, r, &who, "SELECT person_id FROM signin_wechat WHERE community_id = ? AND subject = ?", id.Tilde[:], subject)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return who, err
		}
	}
	return id.ID{}, nil
}

// LinkWeChat lets an account stand for a person. tx belongs to "~".
func (s *Service) LinkWeChat(ctx context.Context, tx *db.Tx, who id.ID, w WeChat) (err error) {
	defer fault.Wrap(&err, "signin: link WeChat")
	owner, err := s.ByWeChatOf(ctx, tx, w)
	if err == nil && !owner.IsZero() && owner != who {
		err = ErrWeChatTaken
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO signin_wechat (community_id, subject, person_id, app, openid, linked_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (community_id, subject) DO NOTHING",
		id.Tilde[:], w.subject(), who[:], w.App, w.OpenID, tx.Now.UnixMicro())
	return err
}

// WeChats are the accounts that stand for a person, the oldest first.
func (s *Service) WeChats(ctx context.Context, r db.Reader, who id.ID) (all []WeChatLink, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var l WeChatLink
		var at int64
		if err := rows.Scan(&l.Subject, &at); err != nil {
			return err
		}
		l.LinkedAt = time.UnixMicro(at).UTC()
		all = append(all, l)
		return nil
	}, "SELECT subject, linked_at FROM signin_wechat WHERE community_id = ? AND person_id = ? ORDER BY linked_at, subject", id.Tilde[:], who[:])
	return all, err
}

// OpenIDOf is the account of a person under an app, "" if she has linked none: where
// messages to her go.
func (s *Service) OpenIDOf(ctx context.Context, r db.Reader, who id.ID, app string) (string, error) {
	var open []string
	err := db.All(ctx, r, &open, "SELECT openid FROM signin_wechat WHERE community_id = ? AND person_id = ? AND app = ? ORDER BY linked_at DESC LIMIT 1", id.Tilde[:], who[:], app)
	if err != nil || len(open) == 0 {
		return "", err
	}
	return open[0], nil
}

// UnlinkWeChat undoes every link of a person and forgets the accounts. tx belongs to
// "~".
func (s *Service) UnlinkWeChat(ctx context.Context, tx *db.Tx, who id.ID) (err error) {
	defer fault.Wrap(&err, "signin: unlink WeChat")
	links, err := s.WeChats(ctx, tx, who)
	if err != nil {
		return err
	}
	for _, l := range links {
		end := tx.NewID()
		if _, err := tx.Exec(ctx, "INSERT INTO signin_wechat_end (community_id, id, person_id, linked_at, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?)",
			id.Tilde[:], end[:], who[:], l.LinkedAt.UnixMicro(), tx.Now.UnixMicro(), tx.Actor.Kind+":"+tx.Actor.ID.String()); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM signin_wechat WHERE community_id = ? AND person_id = ?", id.Tilde[:], who[:])
	return err
}

// BeginWithWeChat opens a visit for an account that stands for nobody yet: it will
// once its holder has shown a number. tx belongs to "~".
func (s *Service) BeginWithWeChat(ctx context.Context, tx *db.Tx, w WeChat) (visit string, err error) {
	return s.openVisit(ctx, tx, Visit{WeChat: &w})
}
