package signin

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Way is how somebody showed who she is.
type Way string

// The ways. Only a passkey is strong; ByGuise is the demo's, and there strong too,
// so that every page can be looked at.
const (
	ByCode    Way = "code"
	ByPasskey Way = "passkey"
	ByWeChat  Way = "wechat"
	ByGuise   Way = "guise"
)

// Strong reports whether a way is enough for those whose roles ask for a passkey.
func (w Way) Strong() bool { return w == ByPasskey || w == ByGuise }

func (w Way) terms() (life, idle time.Duration) {
	if w == ByPasskey {
		return strongLife, strongIdle
	}
	return longLife, longIdle
}

// Why a session ended.
const (
	reasonOut     = "signed out"
	reasonRevoked = "revoked"
	reasonRenewed = "renewed" // the same person, more strongly
	reasonCrowded = "crowded" // too many devices
)

// Session is a device on which a person is signed in.
type Session struct {
	ID      id.ID
	Person  id.ID
	Way     Way
	Browser string // "wechat", "chrome" …, "" if unknown
	System  string // "android", "windows" …, "" if unknown
	Network string // a shortened address: "113.87.0.0"
	MadeAt  time.Time
	UsedAt  time.Time // exact to an hour
	Expires time.Time
	Ended   bool
}

// Holds reports whether a session is in force.
func (s *Session) Holds(now time.Time) bool {
	_, idle := s.Way.terms()
	return !s.Ended && now.Before(s.Expires) && now.Before(s.UsedAt.Add(idle))
}

// Fresh reports whether it has only just begun, so that what it allows may be more.
func (s *Session) Fresh(now time.Time) bool { return now.Before(s.MadeAt.Add(fresh)) }

// Stale reports whether its use is to be noted.
func (s *Session) Stale(now time.Time) bool { return !now.Before(s.UsedAt.Add(noted)) }

// Start signs a person in on a device and gives the token of its cookie, which is a
// new one each time: whoever planted another one in the browser has nothing. tx
// belongs to "~".
func (s *Service) Start(ctx context.Context, tx *db.Tx, person id.ID, way Way, from Device) (_ *Session, token string, err error) {
	defer fault.Wrap(&err, "signin: start a session")
	if err := s.onlyInDemo(ctx, tx, way); err != nil {
		return nil, "", err
	}
	if err := s.makeRoom(ctx, tx, person); err != nil {
		return nil, "", err
	}
	life, _ := way.terms()
	token, hash := newToken(tx)
	n := &Session{ID: tx.NewID(), Person: person, Way: way, Browser: from.browser(), System: from.system(), Network: from.network(),
		MadeAt: tx.Now, UsedAt: tx.Now, Expires: tx.Now.Add(life)}
	_, err = tx.Exec(ctx, `INSERT INTO signin_session (community_id, id, person_id, token_hash, way, browser, system, network, made_at, used_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.Tilde[:], n.ID[:], person[:], hash[:], string(way), n.Browser, n.System, n.Network, n.MadeAt.UnixMicro(), n.UsedAt.UnixMicro(), n.Expires.UnixMicro())
	return n, token, err
}

// makeRoom drops a person's sessions that are long over and ends the one that was
// not used for the longest time if there are too many.
func (s *Service) makeRoom(ctx context.Context, tx *db.Tx, person id.ID) error {
	before := tx.Now.Add(-keepEnded).UnixMicro()
	_, err := tx.Exec(ctx, `DELETE FROM signin_session_end WHERE community_id = ? AND session_id IN
		(SELECT id FROM signin_session WHERE community_id = ? AND person_id = ? AND expires_at < ?)`, id.Tilde[:], id.Tilde[:], person[:], before)
	if err == nil {
		_, err = tx.Exec(ctx, "DELETE FROM signin_session WHERE community_id = ? AND person_id = ? AND expires_at < ?", id.Tilde[:], person[:], before)
	}
	if err != nil {
		return err
	}
	living, err := s.Devices(ctx, tx, person, tx.Now)
	for len(living) >= maxSessions && err == nil {
		last := len(living) - 1
		err = s.end(ctx, tx, living[last], reasonCrowded)
		living = living[:last]
	}
	return err
}

// Devices are the sessions of a person that hold, the one used last first.
func (s *Service) Devices(ctx context.Context, r db.Reader, person id.ID, now time.Time) (living []*Session, err error) {
	all, err := sessions(ctx, r, "s.person_id = ?", person[:])
	for _, x := range all {
		if x.Holds(now) {
			living = append(living, x)
		}
	}
	return living, err
}

// Lives reports whether a session holds at a moment.
func (s *Service) Lives(ctx context.Context, r db.Reader, session id.ID, now time.Time) (bool, error) {
	found, err := sessions(ctx, r, "s.id = ?", session[:])
	return err == nil && len(found) == 1 && found[0].Holds(now), err
}

// SignOut ends a session at its own wish. tx belongs to "~".
func (s *Service) SignOut(ctx context.Context, tx *db.Tx, session id.ID) error {
	return s.endByID(ctx, tx, session, reasonOut)
}

// Supersede ends a session that a new one on the same device replaces. tx belongs
// to "~".
func (s *Service) Supersede(ctx context.Context, tx *db.Tx, session id.ID) error {
	return s.endByID(ctx, tx, session, reasonRenewed)
}

func (s *Service) endByID(ctx context.Context, tx *db.Tx, session id.ID, reason string) error {
	found, err := sessions(ctx, tx, "s.id = ?", session[:])
	if err == nil && len(found) == 1 {
		err = s.end(ctx, tx, found[0], reason)
	}
	return err
}

// Revoke ends one of a person's sessions; another person's is not found. tx belongs
// to "~".
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, person, session id.ID) (err error) {
	defer fault.Wrap(&err, "signin: revoke %s", session)
	found, err := sessions(ctx, tx, "s.id = ?", session[:])
	if err == nil && (len(found) == 0 || found[0].Person != person || !found[0].Holds(tx.Now)) {
		err = ErrNoSuchDevice
	}
	if err != nil {
		return err
	}
	return s.end(ctx, tx, found[0], reasonRevoked)
}

// RevokeOthers ends every session of a person but one (the zero id: every one) and
// tells how many. tx belongs to "~".
func (s *Service) RevokeOthers(ctx context.Context, tx *db.Tx, person, but id.ID) (n int, err error) {
	defer fault.Wrap(&err, "signin: revoke others")
	living, err := s.Devices(ctx, tx, person, tx.Now)
	for _, x := range living {
		if x.ID == but || err != nil {
			continue
		}
		err = s.end(ctx, tx, x, reasonRevoked)
		n++
	}
	return n, err
}

// end ends a session, once, and has it forgotten after the commit.
func (s *Service) end(ctx context.Context, tx *db.Tx, x *Session, reason string) error {
	_, err := tx.Exec(ctx, "INSERT INTO signin_session_end (community_id, session_id, ended_at, ended_by, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, session_id) DO NOTHING",
		id.Tilde[:], x.ID[:], tx.Now.UnixMicro(), tx.Actor.Kind+":"+tx.Actor.ID.String(), reason)
	if err != nil {
		return err
	}
	return s.forgetWith(ctx, tx, x.ID)
}

// Use notes that a session was used. tx belongs to "~".
func (s *Service) Use(ctx context.Context, tx *db.Tx, session id.ID) error {
	if _, err := tx.Exec(ctx, "UPDATE signin_session SET used_at = ? WHERE community_id = ? AND id = ? AND used_at < ?",
		tx.Now.UnixMicro(), id.Tilde[:], session[:], tx.Now.UnixMicro()); err != nil {
		return err
	}
	return s.forgetWith(ctx, tx, session)
}

func sessions(ctx context.Context, r db.Reader, where string, arg any) (all []*Session, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Session{}
		var made, used, expires int64
		var ended *int64
		if err := rows.Scan(&x.ID, &x.Person, &x.Way, &x.Browser, &x.System, &x.Network, &made, &used, &expires, &ended); err != nil {
			return err
		}
		x.MadeAt, x.UsedAt, x.Expires, x.Ended = time.UnixMicro(made).UTC(), time.UnixMicro(used).UTC(), time.UnixMicro(expires).UTC(), ended != nil
		all = append(all, x)
		return nil
	}, `SELECT s.id, s.person_id, s.way, s.browser, s.system, s.network, s.made_at, s.used_at, s.expires_at, e.ended_at
		FROM signin_session s LEFT JOIN signin_session_end e ON e.community_id = s.community_id AND e.session_id = s.id
		WHERE s.community_id = ? AND `+where+" ORDER BY s.used_at DESC, s.id DESC", id.Tilde[:], arg)
	return all, err
}
