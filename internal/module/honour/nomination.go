package honour

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/platform/db"
)

// Answers of a nominee.
const (
	Named    = "named"    // she stands, under her name
	Unnamed  = "unnamed"  // she stands, as a number
	Declined = "declined" // she does not stand
)

// Verdicts of the screening.
const (
	Admitted = "admitted"
	Refused  = "refused"
)

// Nominee is a member or a shop that somebody nominated in a call.
type Nominee struct {
	Call    id.ID
	ID      id.ID
	Kind    party.Kind // a member or a merchant
	No      int        // its number on the ballot
	Answer  string     // the latest, "" while there is none
	Verdict string     // of the screening, "" while there is none
	Words   string     // of the screening
	Reasons []Nomination
}

// Nomination is one neighbour's word for a nominee.
type Nomination struct {
	ID        id.ID
	Call      id.ID
	Nominee   id.ID
	Nominator id.ID
	Reason    string
	At        time.Time
	Withdrawn bool
}

// OnBallot reports whether people can vote for her.
func (n *Nominee) OnBallot() bool {
	return n.Verdict == Admitted && (n.Answer == Named || n.Answer == Unnamed) && n.Nominated() > 0
}

// Nominated is how many nominate her still.
func (n *Nominee) Nominated() (sum int) {
	for _, r := range n.Reasons {
		if !r.Withdrawn {
			sum++
		}
	}
	return sum
}

// Nominees lists who was nominated in a call, by number.
func (s *Service) Nominees(ctx context.Context, r db.Reader, community, call id.ID) ([]*Nominee, error) {
	return readNominees(ctx, r, "n.call_id = ?", "call_id = ?", community[:], call[:])
}

// NomineeIn finds a nominee of a call.
func (s *Service) NomineeIn(ctx context.Context, r db.Reader, community, call, who id.ID) (*Nominee, error) {
	all, err := s.Nominees(ctx, r, community, call)
	for _, n := range all {
		if n.ID == who {
			return n, err
		}
	}
	if err == nil {
		err = ErrNotFound
	}
	return nil, err
}

// NominatedAs lists the calls in which a member or shop was nominated.
func (s *Service) NominatedAs(ctx context.Context, r db.Reader, community, who id.ID) ([]*Nominee, error) {
	return readNominees(ctx, r, "n.nominee_id = ?", "nominee_id = ?", community[:], who[:])
}

func readNominees(ctx context.Context, r db.Reader, of, plain string, args ...any) (all []*Nominee, err error) {
	type key struct{ call, who id.ID }
	at := make(map[key]*Nominee)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Nominee
		var kind string
		var verdict, words sql.NullString
		if err := rows.Scan(&n.Call, &n.ID, &kind, &n.No, &verdict, &words); err != nil {
			return err
		}
		if n.Kind, n.Verdict, n.Words = party.Member, verdict.String, words.String; kind == party.Merchant.String() {
			n.Kind = party.Merchant
		}
		all, at[key{n.Call, n.ID}] = append(all, &n), &n
		return nil
	}, `SELECT n.call_id, n.nominee_id, n.kind, n.no, s.verdict, s.words FROM honour_nominee n
		LEFT JOIN honour_screening s ON s.community_id = n.community_id AND s.call_id = n.call_id AND s.nominee_id = n.nominee_id
		WHERE n.community_id = ? AND `+of+" ORDER BY n.call_id, n.no", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var k key
		var answer string
		err := rows.Scan(&k.call, &k.who, &answer)
		if n := at[k]; n != nil {
			n.Answer = answer
		}
		return err
	}, "SELECT call_id, nominee_id, answer FROM honour_answer WHERE community_id = ? AND "+plain+" ORDER BY call_id, nominee_id, no", args...)
	if err != nil {
		return nil, err
	}
	reasons, err := readNominations(ctx, r, "n."+plain, args...)
	for _, x := range reasons {
		if n := at[key{x.Call, x.Nominee}]; n != nil {
			n.Reasons = append(n.Reasons, x)
		}
	}
	return all, err
}

func readNominations(ctx context.Context, r db.Reader, where string, args ...any) (all []Nomination, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Nomination
		var at int64
		var withdrawn sql.NullInt64
		err := rows.Scan(&n.ID, &n.Call, &n.Nominee, &n.Nominator, &n.Reason, &at, &withdrawn)
		n.At, n.Withdrawn = micros(at), withdrawn.Valid
		all = append(all, n)
		return err
	}, `SELECT n.id, n.call_id, n.nominee_id, n.nominator_id, n.reason, n.nominated_at, w.withdrawn_at FROM honour_nomination n
		LEFT JOIN honour_withdrawal w ON w.community_id = n.community_id AND w.nomination_id = n.id WHERE n.community_id = ? AND `+where+" ORDER BY n.id", args...)
	return all, err
}

// NominationsBy lists what a member nominated, the oldest first.
func (s *Service) NominationsBy(ctx context.Context, r db.Reader, community, who id.ID) ([]Nomination, error) {
	return readNominations(ctx, r, "n.nominator_id = ?", community[:], who[:])
}

// Nominate notes a neighbour's word for a nominee: one for each, never for herself,
// 20 to 500 characters. owner is who owns the shop that is nominated. first tells
// that nobody had nominated it before.
func (s *Service) Nominate(ctx context.Context, tx *db.Tx, c *Call, nominee party.Owner, owner, nominator id.ID, reason string) (first bool, err error) {
	defer fault.Wrap(&err, "honour: nominate")
	switch {
	case c.End != nil:
		return false, ErrEnded
	case c.Phase(tx.Now) != Nominating:
		return false, ErrClosed
	case c.ForShops() != (nominee.Kind == party.Merchant):
		return false, ErrWrongSort.On("nominee")
	case nominee.ID == nominator || owner == nominator && !owner.IsZero():
		return false, ErrSelf.On("nominee")
	case !between(reason, reasonLeast, reasonMost):
		return false, ErrBadReason.On("reason").With("least", reasonLeast).With("most", reasonMost)
	}
	all, err := s.Nominees(ctx, tx, tx.Community, c.ID)
	if err != nil {
		return false, err
	}
	first = true
	for _, n := range all {
		if n.ID != nominee.ID {
			continue
		}
		first = false
		for _, old := range n.Reasons {
			if old.Nominator == nominator {
				return false, ErrTwice.On("nominee")
			}
		}
	}
	if first {
		if _, err := tx.Exec(ctx, "INSERT INTO honour_nominee (community_id, call_id, nominee_id, kind, no) VALUES (?, ?, ?, ?, ?)",
			tx.Community[:], c.ID[:], nominee.ID[:], nominee.Kind.String(), len(all)+1); err != nil {
			return false, err
		}
	}
	at := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO honour_nomination (community_id, id, call_id, nominee_id, nominator_id, reason, nominated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], at[:], c.ID[:], nominee.ID[:], nominator[:], reason, tx.Now.UnixMicro())
	return first, err
}

// Withdraw takes a nomination back, as long as people nominate.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, nomination, nominator id.ID) error {
	all, err := readNominations(ctx, tx, "n.id = ?", tx.Community[:], nomination[:])
	switch {
	case err != nil:
		return err
	case len(all) == 0 || all[0].Nominator != nominator:
		return ErrNotFound
	case all[0].Withdrawn:
		return nil
	}
	c, err := s.Call(ctx, tx, tx.Community, all[0].Call)
	if err != nil {
		return err
	}
	if c.Phase(tx.Now) != Nominating {
		return ErrClosed
	}
	_, err = tx.Exec(ctx, "INSERT INTO honour_withdrawal (community_id, nomination_id, withdrawn_at) VALUES (?, ?, ?)", tx.Community[:], nomination[:], tx.Now.UnixMicro())
	return err
}

// Answer notes whether a nominee stands, and under her name or not. After the count
// she may still say whether the wall shows her name.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, c *Call, n *Nominee, answer string) error {
	switch {
	case c.Phase(tx.Now) == Off:
		return ErrEnded
	case answer != Named && answer != Unnamed && answer != Declined:
		return ErrBadAnswer.On("answer")
	case answer == Declined && c.Phase(tx.Now) != Nominating && c.Phase(tx.Now) != Voting:
		return ErrLate
	}
	var no int
	if err := db.One(ctx, tx, &no, "SELECT count(*) FROM honour_answer WHERE community_id = ? AND call_id = ? AND nominee_id = ?", tx.Community[:], c.ID[:], n.ID[:]); err != nil {
		return err
	}
	n.Answer = answer
	_, err := tx.Exec(ctx, "INSERT INTO honour_answer (community_id, call_id, nominee_id, no, answer, answered_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], n.ID[:], no, answer, tx.Now.UnixMicro())
	return err
}

// Screen notes whether a nominee meets the call's criteria, with words, before the
// votes are counted.
func (s *Service) Screen(ctx context.Context, tx *db.Tx, c *Call, n *Nominee, admitted bool, words string) error {
	switch p := c.Phase(tx.Now); {
	case n.Verdict != "":
		return ErrScreened
	case p != Nominating && p != Voting:
		return ErrEnded
	case !between(words, 2, reasonMost):
		return ErrBadReason.On("reason").With("least", 2).With("most", reasonMost)
	}
	if n.Verdict, n.Words = Refused, words; admitted {
		n.Verdict = Admitted
	}
	_, err := tx.Exec(ctx, "INSERT INTO honour_screening (community_id, call_id, nominee_id, verdict, words, screened_by, screened_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], n.ID[:], n.Verdict, words, tx.Actor.ID[:], tx.Now.UnixMicro())
	return err
}
