package alliance

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Begin starts an application of a person for an opening of tx's community; shop is the
// one of hers that bids, zero for one that is not in the register. Who has an
// application that runs for the opening gets that one, and begun is false.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, opening, person, shop id.ID) (_ *Application, begun bool, err error) {
	defer fault.Wrap(&err, "alliance: begin an application")
	o, err := s.OpeningByID(ctx, tx, tx.Community, opening)
	if err != nil {
		return nil, false, err
	}
	if !o.Takes(tx.Now) {
		return nil, false, ErrOpeningClosed
	}
	all, err := s.ApplicationsFor(ctx, tx, tx.Community, opening)
	if err != nil {
		return nil, false, err
	}
	for _, a := range all {
		if a.Person == person && a.Active() {
			return a, false, nil
		}
	}
	a := &Application{ID: tx.NewID(), Opening: opening, Seat: o.Seat, Person: person, Shop: shop, Begun: tx.Now, Form: Form{Trade: o.Trade}}
	_, err = tx.Exec(ctx, `INSERT INTO alliance_application (community_id, id, opening_id, person_id, merchant_id, begun_at, shop_name, trade, address, lat_e6, lon_e6, owner_name, licence,
			years, size, offer, offer_text, offer_share, promises, erased_at)
		VALUES (?, ?, ?, ?, ?, ?, '', ?, '', 0, 0, '', '', 0, '', '', '', 0, '', 0)`,
		tx.Community[:], a.ID[:], opening[:], person[:], shop, tx.Now.UnixMicro(), o.Trade)
	return a, true, err
}

// Save keeps what an applicant has written so far; only a draft, and what was given
// back to be mended, can change. The trade is that of the opening.
func (s *Service) Save(ctx context.Context, tx *db.Tx, application id.ID, f Form) (_ *Application, err error) {
	defer fault.Wrap(&err, "alliance: save application %s", application)
	a, err := s.ApplicationByID(ctx, tx, tx.Community, application)
	if err != nil {
		return nil, err
	}
	if !a.Editable() {
		return a, ErrFixed
	}
	f.tidy()
	f.Trade = a.Form.Trade
	if err := f.keepable(); err != nil {
		return a, err
	}
	promises := make([]string, len(f.Promises))
	for i, p := range f.Promises {
		promises[i] = string(p)
	}
	a.Form = f
	_, err = tx.Exec(ctx, `UPDATE alliance_application SET shop_name = ?, address = ?, lat_e6 = ?, lon_e6 = ?, owner_name = ?, licence = ?, years = ?, size = ?, offer = ?,
			offer_text = ?, offer_share = ?, promises = ? WHERE community_id = ? AND id = ?`,
		f.ShopName, f.Address, f.At.Lat, f.At.Lon, f.OwnerName, f.Licence, f.Years, string(f.Size), string(f.Offer), f.OfferText, int64(f.OfferShare), strings.Join(promises, " "),
		tx.Community[:], application[:])
	return a, err
}

// Advance takes an application of tx's community a step further, if that step may
// follow. due is until when something should follow, zero for what the policy
// says of the state.
func (s *Service) Advance(ctx context.Context, tx *db.Tx, application id.ID, to State, note string, p *policy.Alliance, zone *time.Location, place int) (_ *Application, err error) {
	defer fault.Wrap(&err, "alliance: %s %s", to, application)
	a, err := s.ApplicationByID(ctx, tx, tx.Community, application)
	if err != nil {
		return nil, err
	}
	if !a.State().May(to) {
		return a, ErrBadStep.With("state", string(a.State()))
	}
	note = strings.TrimSpace(note)
	if needsNote(to) || note != "" {
		if err := reasoned(note); err != nil {
			return a, err
		}
	}
	step := Step{Number: len(a.Steps) + 1, State: to, Note: note, Place: place, At: tx.Now, Due: to.Due(tx.Now, p, zone), By: tx.Actor.ID}
	if _, err := tx.Exec(ctx, "INSERT INTO alliance_step (community_id, application_id, number, state, note, place, stepped_at, due_at, stepped_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], application[:], step.Number, string(to), note, place, tx.Now.UnixMicro(), stamp(step.Due), tx.Actor.ID); err != nil {
		return a, err
	}
	a.Steps = append(a.Steps, step)
	return a, nil
}

// Register notes under which id the register knows the shop of an application of tx's
// community.
func (s *Service) Register(ctx context.Context, tx *db.Tx, application, shop id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE alliance_application SET merchant_id = ? WHERE community_id = ? AND id = ?", shop[:], tx.Community[:], application[:])
	return err
}

// needsNote are the steps that the applicant is told the reason of.
func needsNote(s State) bool {
	return slices.Contains([]State{Returned, Refused, Appealed, Upheld, Dismissed}, s)
}

// ApplicationByID finds an application.
func (s *Service) ApplicationByID(ctx context.Context, r db.Reader, community, application id.ID) (*Application, error) {
	all, err := applications(ctx, r, " AND a.id = ?", community[:], application[:])
	if err == nil && len(all) == 0 {
		err = ErrNoApplication
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ApplicationsFor lists the applications for an opening, the oldest first.
func (s *Service) ApplicationsFor(ctx context.Context, r db.Reader, community, opening id.ID) ([]*Application, error) {
	return applications(ctx, r, " AND a.opening_id = ?", community[:], opening[:])
}

// ApplicationsOf lists the applications of a person in a community, the oldest first.
func (s *Service) ApplicationsOf(ctx context.Context, r db.Reader, community, person id.ID) ([]*Application, error) {
	return applications(ctx, r, " AND a.person_id = ?", community[:], person[:])
}

// Applications lists the applications of a community, the oldest first.
func (s *Service) Applications(ctx context.Context, r db.Reader, community id.ID) ([]*Application, error) {
	return applications(ctx, r, "", community[:])
}

func applications(ctx context.Context, r db.Reader, where string, args ...any) (all []*Application, err error) {
	byID := make(map[id.ID]*Application)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		a := &Application{}
		var begun, erased, share int64
		var at geo.Point
		var promises string
		if err := rows.Scan(&a.ID, &a.Opening, &a.Seat, &a.Person, &a.Shop, &begun, &a.Form.ShopName, &a.Form.Trade, &a.Form.Address, &at.Lat, &at.Lon, &a.Form.OwnerName, &a.Form.Licence,
			&a.Form.Years, &a.Form.Size, &a.Form.Offer, &a.Form.OfferText, &share, &promises, &erased); err != nil {
			return err
		}
		a.Begun, a.Erased, a.Form.At, a.Form.OfferShare = micros(begun), erased != 0, at, money.Rate(share)
		for p := range strings.FieldsSeq(promises) {
			a.Form.Promises = append(a.Form.Promises, Promise(p))
		}
		all, byID[a.ID] = append(all, a), a
		return nil
	}, `SELECT a.id, a.opening_id, o.seat_id, a.person_id, a.merchant_id, a.begun_at, a.shop_name, a.trade, a.address, a.lat_e6, a.lon_e6, a.owner_name, a.licence, a.years, a.size, a.offer,
			a.offer_text, a.offer_share, a.promises, a.erased_at
		FROM alliance_application a JOIN alliance_opening o ON o.community_id = a.community_id AND o.id = a.opening_id
		WHERE a.community_id = ?`+where+" ORDER BY a.begun_at, a.id", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.EachSomeOf(all, func(a *Application) any { return a.ID[:] }, func(in string, some []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var application id.ID
			var x Step
			var at, due int64
			if err := rows.Scan(&application, &x.Number, &x.State, &x.Note, &x.Place, &at, &due, &x.By); err != nil {
				return err
			}
			x.At, x.Due = micros(at), micros(due)
			byID[application].Steps = append(byID[application].Steps, x)
			return nil
		}, "SELECT application_id, number, state, note, place, stepped_at, due_at, stepped_by FROM alliance_step WHERE community_id = ? AND application_id IN "+in+" ORDER BY number", some...)
	}, args[0])
}

// Waiting leaves the applications on the waiting list of a trade, in the order in which
// they are asked: the earlier ballot first, then the better place in it.
func Waiting(all []*Application, trade string) (list []*Application) {
	for _, a := range all {
		if a.Form.Trade == trade && a.State() == Listed && !a.Erased {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b *Application) int {
		if c := a.Last().At.Compare(b.Last().At); c != 0 {
			return c
		}
		return a.Last().Place - b.Last().Place
	})
	return list
}
