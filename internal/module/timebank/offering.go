package timebank

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Offer asks a neighbour. Who waits for her answer already is not asked twice.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, o Offer) (*Offer, error) {
	q, err := s.ByID(ctx, tx, tx.Community, o.Request)
	switch {
	case err != nil:
		return nil, err
	case q.End != nil:
		return nil, ErrEnded
	case q.Asker == o.Helper:
		return nil, ErrOwnRequest
	}
	before, err := s.OffersFor(ctx, tx, tx.Community, o.Request)
	if err != nil {
		return nil, err
	}
	for _, b := range before {
		if b.Helper == o.Helper && (b.Stands(tx.Now) || b.Willing()) {
			return b, nil
		}
	}
	o.ID, o.At, o.By = tx.NewID(), tx.Now, tx.Actor.ID
	return &o, insertOffer(ctx, tx, &o)
}

// OfferByID finds an offer.
func (s *Service) OfferByID(ctx context.Context, r db.Reader, community, offer id.ID) (*Offer, error) {
	all, err := findOffers(ctx, r, community, " AND o.id = ?", offer[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// OffersFor are who was asked for a request, the first first.
func (s *Service) OffersFor(ctx context.Context, r db.Reader, community, request id.ID) ([]*Offer, error) {
	return findOffers(ctx, r, community, " AND o.request_id = ? ORDER BY o.made_at, o.id", request[:])
}

// Standing are the offers that wait for an answer at an instant, in all of a community.
func (s *Service) Standing(ctx context.Context, r db.Reader, community id.ID) ([]*Offer, error) {
	return findOffers(ctx, r, community, " AND a.says IS NULL ORDER BY o.until_at, o.id")
}

// OffersTo are a member's offers since an instant, the latest first.
func (s *Service) OffersTo(ctx context.Context, r db.Reader, community, helper id.ID, since time.Time) ([]*Offer, error) {
	return findOffers(ctx, r, community, " AND o.helper_id = ? AND o.made_at >= ? ORDER BY o.made_at DESC, o.id", helper[:], since.UnixMicro())
}

// OffersSince are all offers of a span, for history and figures.
func (s *Service) OffersSince(ctx context.Context, r db.Reader, community id.ID, since time.Time) ([]*Offer, error) {
	return findOffers(ctx, r, community, " AND o.made_at >= ? ORDER BY o.made_at, o.id", since.UnixMicro())
}

// Answering is how people answered the offers of a span; those that were withdrawn before
// anybody said anything do not count.
type Answering struct {
	Yes, No, Silent int
	Took            time.Duration // until all who answered had, in sum
}

// Answering counts it.
func (s *Service) Answering(ctx context.Context, r db.Reader, community id.ID, since time.Time) (all Answering, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var says Says
		var n, ready int
		var took int64
		if err := rows.Scan(&says, &n, &ready, &took); err != nil {
			return err
		}
		switch says {
		case Yes:
			all.Yes += n
		case No:
			all.No += n
		case Silent:
			all.Silent += n
			return nil
		case Gone:
			all.Yes += ready
		}
		all.Took += time.Duration(took) * time.Microsecond
		return nil
	}, `SELECT a.says, COUNT(*), COUNT(y.ready_at), CAST(SUM(CASE WHEN a.says = 'gone' AND y.ready_at IS NULL THEN 0 ELSE COALESCE(y.ready_at, a.said_at) - o.made_at END) AS BIGINT)
		FROM timebank_offer o JOIN timebank_answer a ON a.community_id = o.community_id AND a.offer_id = o.id
		LEFT JOIN timebank_ready y ON y.community_id = o.community_id AND y.offer_id = o.id
		WHERE o.community_id = ? AND o.made_at >= ? GROUP BY a.says`, community[:], since.UnixMicro())
	return all, err
}

// Decline says no to an offer.
func (s *Service) Decline(ctx context.Context, tx *db.Tx, o *Offer, words string) error {
	if words = text.Clean(words); !text.ShortProse(words, wordsMost) {
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	return s.answer(ctx, tx, o, No, words)
}

func (s *Service) answer(ctx context.Context, tx *db.Tx, o *Offer, says Says, words string) error {
	if o.Answer != nil {
		return ErrAnswered
	}
	o.Answer = &Answer{Says: says, Words: words, At: tx.Now}
	return insertAnswer(ctx, tx, o.ID, o.Answer)
}

// Silence closes the offers that nobody answered in time, and returns them.
func (s *Service) Silence(ctx context.Context, tx *db.Tx) (silent []*Offer, err error) {
	standing, err := s.Standing(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	for _, o := range standing {
		if o.Stands(tx.Now) || o.Willing() {
			continue
		}
		if err := s.answer(ctx, tx, o, Silent, ""); err != nil {
			return nil, err
		}
		silent = append(silent, o)
	}
	return silent, nil
}

// goneFor closes the offers of a request that nobody needs to answer any more.
func (s *Service) goneFor(ctx context.Context, tx *db.Tx, request id.ID) error {
	all, err := s.OffersFor(ctx, tx, tx.Community, request)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Answer == nil {
			if err := s.answer(ctx, tx, o, Gone, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// Free are the places of a request that nobody has promised to fill, given its
// assignments.
func Free(q *Request, all []*Assignment) (places []int) {
	held := make(map[int]bool)
	for _, a := range all {
		if !a.State().Freed() {
			held[a.Place] = true
		}
	}
	for p := range q.People {
		if !held[p] {
			places = append(places, p)
		}
	}
	return places
}

// Agree says yes to an offer for now: whether it is she who goes is decided when those who
// live nearer have answered. What Accept would refuse now is refused.
func (s *Service) Agree(ctx context.Context, tx *db.Tx, o *Offer) error {
	if err := s.mayGo(ctx, tx, o); err != nil || !o.Ready.IsZero() {
		return err
	}
	o.Ready = tx.Now
	return insertReady(ctx, tx, o.ID, o.Ready)
}

// mayGo refuses a yes that can no longer be given.
func (s *Service) mayGo(ctx context.Context, tx *db.Tx, o *Offer) error {
	q, err := s.ByID(ctx, tx, tx.Community, o.Request)
	if err != nil {
		return err
	}
	all, err := s.AssignmentsFor(ctx, tx, tx.Community, o.Request)
	switch {
	case err != nil:
		return err
	case o.Answer != nil && o.Answer.Says != Gone:
		return ErrAnswered
	case q.End != nil:
		return ErrEnded
	case o.Answer != nil, len(Free(q, all)) == 0:
		return ErrTaken
	case o.Ready.IsZero() && !tx.Now.Before(o.Until):
		return ErrOver
	}
	return s.freeThen(ctx, tx, q, o.Helper, all)
}

// LetGo are those who said yes to a request and were let go at this moment: its last place
// was filled, it ended, or they cannot go.
func (s *Service) LetGo(ctx context.Context, tx *db.Tx, request id.ID) (some []*Offer, err error) {
	all, err := s.OffersFor(ctx, tx, tx.Community, request)
	for _, o := range all {
		if !o.Ready.IsZero() && o.Answer != nil && o.Answer.Says == Gone && o.Answer.At.Equal(tx.Now) {
			some = append(some, o)
		}
	}
	return some, err
}

// Spare lets somebody go who was asked or said yes: she turned out to be busy then, or cannot
// come any more.
func (s *Service) Spare(ctx context.Context, tx *db.Tx, o *Offer) error {
	return s.answer(ctx, tx, o, Gone, "")
}

// Accept says yes to an offer: the first free place is hers. Who is busy then is refused,
// as is whoever comes after the last place was filled.
func (s *Service) Accept(ctx context.Context, tx *db.Tx, o *Offer) (*Assignment, error) {
	if err := s.mayGo(ctx, tx, o); err != nil {
		return nil, err
	}
	if err := s.answer(ctx, tx, o, Yes, ""); err != nil {
		return nil, err
	}
	return s.Assign(ctx, tx, Assignment{Request: o.Request, Helper: o.Helper, Shop: o.Shop, Offer: o.ID, How: ByOffer})
}

// Assign gives a place of a request to a helper.
func (s *Service) Assign(ctx context.Context, tx *db.Tx, a Assignment) (*Assignment, error) {
	q, err := s.ByID(ctx, tx, tx.Community, a.Request)
	if err != nil {
		return nil, err
	}
	all, err := s.AssignmentsFor(ctx, tx, tx.Community, a.Request)
	if err != nil {
		return nil, err
	}
	free := Free(q, all)
	a.Reason = text.Clean(a.Reason)
	switch {
	case q.End != nil:
		return nil, ErrEnded
	case len(free) == 0:
		return nil, ErrTaken
	case q.Asker == a.Helper:
		return nil, ErrOwnRequest
	case (a.How == ByHand || a.How == OnPaper) && !text.Line(a.Reason, 100):
		return nil, ErrNoReason.On("reason")
	}
	if err := s.freeThen(ctx, tx, q, a.Helper, all); err != nil {
		return nil, err
	}
	a.ID, a.Place, a.At, a.By, a.Code = tx.NewID(), free[0], tx.Now, tx.Actor.ID, code(tx.NewSecret())
	if err := insertAssignment(ctx, tx, &a); err != nil {
		return nil, err
	}
	if err := s.answerOwn(ctx, tx, &a); err != nil {
		return nil, err
	}
	if len(free) == 1 {
		err = s.goneFor(ctx, tx, q.ID)
	}
	return &a, err
}

// answerOwn answers what else a helper was asked for the same request: she goes.
func (s *Service) answerOwn(ctx context.Context, tx *db.Tx, a *Assignment) error {
	all, err := s.OffersFor(ctx, tx, tx.Community, a.Request)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Helper == a.Helper && o.ID != a.Offer && o.Answer == nil {
			if err := s.answer(ctx, tx, o, Yes, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// freeThen refuses a helper who holds a place of the request, or has promised to be
// elsewhere at that time.
func (s *Service) freeThen(ctx context.Context, tx *db.Tx, q *Request, helper id.ID, here []*Assignment) error {
	for _, a := range here {
		if a.Helper == helper && !a.State().Freed() {
			return ErrTaken
		}
	}
	running, err := s.RunningOf(ctx, tx, tx.Community, helper)
	if err != nil {
		return err
	}
	var which []id.ID
	for _, a := range running {
		which = append(which, a.Request)
	}
	others, err := s.ByIDs(ctx, tx, tx.Community, which)
	if err != nil {
		return err
	}
	for _, a := range running {
		o := others[a.Request]
		if a.State() == Finished || a.State() == Disputed || o == nil {
			continue
		}
		if o.From.Before(q.Ends()) && q.From.Before(o.Ends()) {
			return ErrBusyThen
		}
	}
	return nil
}

// code is six digits out of a secret.
func code(secret [16]byte) string {
	n := uint32(secret[0])<<24 | uint32(secret[1])<<16 | uint32(secret[2])<<8 | uint32(secret[3])
	digits := make([]byte, CodeLength)
	for i := range digits {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return string(digits)
}
