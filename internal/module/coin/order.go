package coin

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Refusals of orders, in the order in which they are checked.
var (
	ErrBadName         = fault.New(fault.Invalid, "coin.bad_name")         // details: most
	ErrBadRegistration = fault.New(fault.Invalid, "coin.bad_registration") // 统一社会信用代码
	ErrBadBody         = fault.New(fault.Invalid, "coin.bad_body")
	ErrNoPurpose       = fault.New(fault.Invalid, "coin.no_purpose") // details: most
	ErrNoOrder         = fault.New(fault.NotFound, "coin.no_order")
	ErrOrderState      = fault.New(fault.Conflict, "coin.order_state") // it is not at that point
)

// Body is what kind of organisation orders. It is stored.
type Body string

// The kinds of organisation.
const (
	Company Body = "company" // pays the premium (F7)
	Public  Body = "public"  // a street, a foundation: a grant of public money (F4)
)

// Bodies lists them in the order of a form.
var Bodies = []Body{Company, Public}

// OrderWhat is a step of an order. It is stored.
type OrderWhat string

// The steps of an order. It begins as asked for.
const (
	Asked     OrderWhat = ""
	Accepted  OrderWhat = "accepted" // by the desk; a charge waits
	Declined  OrderWhat = "declined"
	Withdrawn OrderWhat = "withdrawn" // by who ordered
	Bought    OrderWhat = "bought"    // paid; the hours were given
	Unpaid    OrderWhat = "unpaid"    // not paid in time
)

// follows says which steps can follow which.
var follows = map[OrderWhat][]OrderWhat{Asked: {Accepted, Declined, Withdrawn}, Accepted: {Bought, Unpaid}}

// nameMost bounds an organisation's name.
const nameMost = 60

// creditCode is a unified social credit code (GB 32100): its alphabet leaves out I O S V Z.
var creditCode = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{18}$`)

// Order is hours that an organisation ordered.
type Order struct {
	ID           id.ID
	Org          id.ID
	Name         string
	Registration string
	Body         Body
	Coins        money.Amount
	Common       bool   // into the common pot, else into the pool
	Purpose      string // published with it
	At           time.Time
	By           id.ID // the person who ordered
	Steps        []OrderStep
}

// OrderStep is what happened to it.
type OrderStep struct {
	What    OrderWhat
	Premium money.Rate
	Charge  id.ID
	Words   string
	Seq     int64
	At      time.Time
	By      id.ID
}

// State is where the order stands.
func (o *Order) State() OrderWhat {
	if len(o.Steps) == 0 {
		return Asked
	}
	return o.Steps[len(o.Steps)-1].What
}

// Accepted is the step with which the desk accepted it, nil if it did not.
func (o *Order) Accepted() *OrderStep {
	if i := slices.IndexFunc(o.Steps, func(s OrderStep) bool { return s.What == Accepted }); i >= 0 {
		return &o.Steps[i]
	}
	return nil
}

// Validate refuses an order that says too little.
func (o *Order) Validate(most money.Amount) error {
	switch {
	case !text.Line(o.Name, nameMost):
		return ErrBadName.On("name").With("most", nameMost)
	case !creditCode.MatchString(o.Registration):
		return ErrBadRegistration.On("registration")
	case !slices.Contains(Bodies, o.Body):
		return ErrBadBody.On("body")
	case o.Coins <= 0 || o.Coins > most:
		return ErrBadAmount.On("coins")
	case !text.Prose(o.Purpose, wordsMost):
		return ErrNoPurpose.On("purpose").With("most", wordsMost)
	}
	return nil
}

// Order notes an order; an organisation that ordered before keeps its account.
func (s *Service) Order(ctx context.Context, tx *db.Tx, o Order) (_ *Order, err error) {
	defer fault.Wrap(&err, "coin: order")
	o.Org, o.At, o.By = o.ID, tx.Now, tx.Actor.ID
	err = db.Each(ctx, tx, func(rows *sql.Rows) error { return rows.Scan(&o.Org) },
		"SELECT org_id FROM coin_order WHERE community_id = ? AND registration = ? LIMIT 1", tx.Community[:], o.Registration)
	if err != nil {
		return nil, err
	}
	common := 0
	if o.Common {
		common = 1
	}
	_, err = tx.Exec(ctx, `INSERT INTO coin_order (community_id, id, org_id, name, registration, body, coins, common, purpose, ordered_at, ordered_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], o.ID[:], o.Org[:], o.Name, o.Registration, string(o.Body), int64(o.Coins), common, o.Purpose, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return &o, err
}

// Step takes the next step of an order.
func (s *Service) Step(ctx context.Context, tx *db.Tx, o *Order, step OrderStep) (err error) {
	defer fault.Wrap(&err, "coin: step of order %s", o.ID)
	if !slices.Contains(follows[o.State()], step.What) {
		return ErrOrderState
	}
	step.At, step.By = tx.Now, tx.Actor.ID
	_, err = tx.Exec(ctx, "INSERT INTO coin_order_step (community_id, order_id, n, what, premium, charge_id, words, seq, step_at, step_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], len(o.Steps), string(step.What), int64(step.Premium), step.Charge[:], step.Words, step.Seq, tx.Now.UnixMicro(), tx.Actor.ID[:])
	o.Steps = append(o.Steps, step)
	return err
}

// OrderByID finds an order.
func (s *Service) OrderByID(ctx context.Context, r db.Reader, community, order id.ID) (*Order, error) {
	all, err := readOrders(ctx, r, community, "id = ?", order[:])
	if err == nil && len(all) == 0 {
		err = ErrNoOrder
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// OrdersBy lists what a person ordered, the latest first.
func (s *Service) OrdersBy(ctx context.Context, r db.Reader, community, person id.ID) ([]*Order, error) {
	return readOrders(ctx, r, community, "ordered_by = ? ORDER BY ordered_at DESC, id DESC LIMIT ?", person[:], openMost)
}

// Orders lists all, the latest first.
func (s *Service) Orders(ctx context.Context, r db.Reader, community id.ID) ([]*Order, error) {
	return readOrders(ctx, r, community, "1 = 1 ORDER BY ordered_at DESC, id DESC LIMIT ?", openMost)
}

// Ordered reports whether a person ordered anything.
func (s *Service) Ordered(ctx context.Context, r db.Reader, community, person id.ID) (bool, error) {
	return exists(ctx, r, "SELECT count(*) FROM coin_order WHERE community_id = ? AND ordered_by = ?", community[:], person[:])
}

// ForgetOrders takes away that a person ordered. What the desk did stays under its name.
func (s *Service) ForgetOrders(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "coin: forget who ordered")
	nobody := make([]byte, len(person))
	if _, err = tx.Exec(ctx, `UPDATE coin_order_step SET step_by = ? WHERE community_id = ? AND step_by = ?
		AND order_id IN (SELECT id FROM coin_order WHERE community_id = ? AND ordered_by = ?)`, nobody, tx.Community[:], person[:], tx.Community[:], person[:]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE coin_order SET ordered_by = ? WHERE community_id = ? AND ordered_by = ?", nobody, tx.Community[:], person[:])
	return err
}

func readOrders(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Order, err error) {
	byID := make(map[id.ID]*Order)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var o Order
		var common, at int64
		err := rows.Scan(&o.ID, &o.Org, &o.Name, &o.Registration, &o.Body, &o.Coins, &common, &o.Purpose, &at, &o.By)
		o.Common, o.At = common == 1, micros(at)
		all, byID[o.ID] = append(all, &o), &o
		return err
	}, "SELECT id, org_id, name, registration, body, coins, common, purpose, ordered_at, ordered_by FROM coin_order WHERE community_id = ? AND "+where, append([]any{community[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	only, of := "", []any{community[:]}
	if len(all) == 1 {
		only, of = " AND order_id = ?", append(of, all[0].ID[:])
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var st OrderStep
		var when int64
		if err := rows.Scan(&at, &st.What, &st.Premium, &st.Charge, &st.Words, &st.Seq, &when, &st.By); err != nil {
			return err
		}
		st.At = micros(when)
		if o := byID[at]; o != nil {
			o.Steps = append(o.Steps, st)
		}
		return nil
	}, "SELECT order_id, what, premium, charge_id, words, seq, step_at, step_by FROM coin_order_step WHERE community_id = ?"+only+" ORDER BY order_id, n", of...)
}
