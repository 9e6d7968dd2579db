package payout

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Refusals about accounts, in the order in which the methods check them.
var (
	ErrBadOwner      = fault.New(fault.Invalid, "payout.bad_owner")
	ErrBadProvider   = fault.New(fault.Invalid, "payout.bad_provider")
	ErrBadNumber     = fault.New(fault.Invalid, "payout.bad_number")
	ErrBadName       = fault.New(fault.Invalid, "payout.bad_name")
	ErrSameAccount   = fault.New(fault.Conflict, "payout.same_account")
	ErrAccountTaken  = fault.New(fault.Conflict, "payout.account_of_another")
	ErrAccountWaits  = fault.New(fault.Conflict, "payout.account_waits")
	ErrNoAccount     = fault.New(fault.NotFound, "payout.no_account")
	ErrAccountEnded  = fault.New(fault.Conflict, "payout.account_ended")
	ErrAccountAsker  = fault.New(fault.Conflict, "payout.account_asked_by_oneself")
	ErrOwnAccount    = fault.New(fault.Conflict, "payout.own_account") // it would be her own, or her household's
	ErrNotYourWish   = fault.New(fault.Conflict, "payout.not_your_wish")
	ErrNoWhyAccount  = fault.New(fault.Invalid, "payout.no_why_account")
	ErrRefusedNoWord = fault.New(fault.Invalid, "payout.refused_without_reason")
)

// Owner is what kind of owner an account has. It is stored.
type Owner string

// The owners of accounts.
const (
	OfShop     Owner = "shop"
	OfPerson   Owner = "person" // by pseudonym
	OfFund     Owner = "fund"   // its holder's account with the provider (law: a fund has none of its own)
	OfPlatform Owner = "platform"
)

// Bank is an account at a bank: nobody but a person pays into it.
const Bank pay.Kind = "bank"

// Providers lists where an account may be, in the order of a form.
var Providers = []pay.Kind{pay.WeChat, pay.Alipay, Bank}

// Account is where an owner is paid.
type Account struct {
	ID       id.ID
	Kind     Owner
	Owner    id.ID // zero for the platform
	Provider pay.Kind
	Number   string // sub-merchant number, openid, or bank account; "" of somebody forgotten
	Name     string // as the provider or the bank has it
	Why      string // why it is asked for
	By       id.ID  // who asked
	At       time.Time

	End *End // nil while it waits for somebody else's agreement
}

// Counts reports whether the account was agreed to.
func (a *Account) Counts() bool { return a.End != nil && a.End.Kind == Agreed }

// Tail is how an account is told apart without being told: its last four signs.
func (a *Account) Tail() string {
	r := []rune(a.Number)
	return string(r[max(0, len(r)-4):])
}

const (
	minNumber, maxNumber = 6, 64
	maxName              = 60
	maxWords             = 500
)

// validate refuses what nobody could pay to.
func (a *Account) validate() error {
	a.Number, a.Name, a.Why = strings.Join(strings.Fields(a.Number), ""), strings.TrimSpace(a.Name), strings.TrimSpace(a.Why)
	known := a.Kind == OfShop || a.Kind == OfPerson || a.Kind == OfFund || a.Kind == OfPlatform
	switch {
	case !known || a.Owner.IsZero() != (a.Kind == OfPlatform || a.Kind == OfFund):
		return ErrBadOwner
	case a.Provider != pay.WeChat && a.Provider != pay.Alipay && a.Provider != Bank:
		return ErrBadProvider.On("provider")
	case !numbered(a.Number, a.Provider):
		return ErrBadNumber.On("number")
	case a.Name == "" || utf8.RuneCountInString(a.Name) > maxName:
		return ErrBadName.On("name")
	case a.Why == "" || utf8.RuneCountInString(a.Why) > maxWords:
		return ErrNoWhyAccount.On("why")
	}
	return nil
}

// numbered reports whether a text can be the number of an account.
func numbered(s string, p pay.Kind) bool {
	if len(s) < minNumber || len(s) > maxNumber {
		return false
	}
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-_@.", r)
		if !(r < utf8.RuneSelf && unicode.IsDigit(r)) && (p == Bank || !letter) {
			return false
		}
	}
	return true
}

// AskAccount notes that an owner wants to be paid elsewhere. It counts when somebody
// else agrees; until then the account before it is paid to.
func (s *Service) AskAccount(ctx context.Context, tx *db.Tx, a Account) (_ *Account, err error) {
	defer fault.Wrap(&err, "payout: ask for an account")
	if err := a.validate(); err != nil {
		return nil, err
	}
	all, err := s.AccountsOf(ctx, tx, tx.Community, a.Kind, a.Owner)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].End == nil {
			return nil, ErrAccountWaits
		}
	}
	if now := current(all); now != nil && now.Provider == a.Provider && now.Number == a.Number && now.Name == a.Name {
		return nil, ErrSameAccount.On("number")
	}
	if err := s.alone(ctx, tx, &a); err != nil {
		return nil, err
	}
	a.ID, a.By, a.At, a.End = tx.NewID(), tx.Actor.ID, tx.Now, nil
	_, err = tx.Exec(ctx, `INSERT INTO payout_account (community_id, id, owner_kind, owner_id, provider, number, name, why, asked_by, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], a.ID[:], string(a.Kind), a.Owner[:], string(a.Provider), a.Number, a.Name, a.Why, a.By[:], a.At.UnixMicro())
	return &a, err
}

// alone refuses a merchant number that counts for another owner of the community: sales of
// two shops would lie on one account, and each would be released the other's (D6).
func (s *Service) alone(ctx context.Context, tx *db.Tx, a *Account) error {
	if !a.TakesPayments() {
		return nil
	}
	var n int
	err := db.One(ctx, tx, &n, `SELECT COUNT(*) FROM payout_account o JOIN payout_account_end e ON e.community_id = o.community_id AND e.account_id = o.id
		WHERE o.community_id = ? AND o.provider = ? AND o.number = ? AND e.kind = 'agreed' AND (o.owner_kind <> ? OR o.owner_id <> ?)
		AND NOT EXISTS (SELECT 1 FROM payout_account l JOIN payout_account_end f ON f.community_id = l.community_id AND f.account_id = l.id
			WHERE l.community_id = o.community_id AND l.owner_kind = o.owner_kind AND l.owner_id = o.owner_id AND l.provider = o.provider AND f.kind = 'agreed'
			AND f.ended_at > e.ended_at)`,
		tx.Community[:], string(a.Provider), a.Number, string(a.Kind), a.Owner[:])
	if err == nil && n > 0 {
		err = ErrAccountTaken.On("number")
	}
	return err
}

// AgreeAccount makes an account count. Who asked for it does not agree to it.
func (s *Service) AgreeAccount(ctx context.Context, tx *db.Tx, a *Account) error {
	switch {
	case a.End != nil:
		return ErrAccountEnded
	case a.By == tx.Actor.ID:
		return ErrAccountAsker
	}
	if err := s.alone(ctx, tx, a); err != nil {
		return err
	}
	if err := endAccount(ctx, tx, a, Agreed, ""); err != nil {
		return err
	}
	return s.relanded(ctx, tx, a)
}

// RefuseAccount ends a wish: somebody else refuses it with a reason.
func (s *Service) RefuseAccount(ctx context.Context, tx *db.Tx, a *Account, words string) error {
	switch words = strings.TrimSpace(words); {
	case a.End != nil:
		return ErrAccountEnded
	case words == "" || utf8.RuneCountInString(words) > maxWords:
		return ErrRefusedNoWord.On("reason")
	}
	return endAccount(ctx, tx, a, Refused, words)
}

// WithdrawAccount takes a wish back; who asked for it does.
func (s *Service) WithdrawAccount(ctx context.Context, tx *db.Tx, a *Account) error {
	switch {
	case a.End != nil:
		return ErrAccountEnded
	case a.By != tx.Actor.ID:
		return ErrNotYourWish
	}
	return endAccount(ctx, tx, a, Withdrawn, "")
}

func endAccount(ctx context.Context, tx *db.Tx, a *Account, kind EndKind, words string) error {
	e := End{Kind: kind, Words: words, By: tx.Actor.ID, At: tx.Now}
	_, err := tx.Exec(ctx, "INSERT INTO payout_account_end (community_id, account_id, kind, words, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], a.ID[:], string(e.Kind), e.Words, e.By[:], e.At.UnixMicro())
	if err == nil {
		a.End = &e
	}
	return err
}

// current is the account that counts among all of an owner: the one agreed to last.
func current(all []Account) (now *Account) {
	for i := range all {
		if a := &all[i]; a.Counts() && (now == nil || !a.End.At.Before(now.End.At)) {
			now = a
		}
	}
	return now
}

// AccountOf is where an owner is paid now, nil if nobody knows.
func (s *Service) AccountOf(ctx context.Context, r db.Reader, community id.ID, kind Owner, owner id.ID) (*Account, error) {
	all, err := s.AccountsOf(ctx, r, community, kind, owner)
	return current(all), err
}

// AccountsOf are all that were ever asked for by an owner, the first first.
func (s *Service) AccountsOf(ctx context.Context, r db.Reader, community id.ID, kind Owner, owner id.ID) ([]Account, error) {
	return accounts(ctx, r, community, "a.owner_kind = ? AND a.owner_id = ? ORDER BY a.id", string(kind), owner[:])
}

// Accounts are where the owners of a kind are paid now, by owner.
func (s *Service) Accounts(ctx context.Context, r db.Reader, community id.ID, kind Owner) (map[id.ID]*Account, error) {
	all, err := accounts(ctx, r, community, "a.owner_kind = ? AND e.kind = ? ORDER BY e.ended_at, a.id", string(kind), string(Agreed))
	now := make(map[id.ID]*Account)
	for i := range all {
		now[all[i].Owner] = &all[i]
	}
	return now, err
}

// AccountsWaiting are the wishes that nobody has answered, the first first.
func (s *Service) AccountsWaiting(ctx context.Context, r db.Reader, community id.ID) ([]Account, error) {
	return accounts(ctx, r, community, "e.account_id IS NULL ORDER BY a.id")
}

// AccountByID finds one.
func (s *Service) AccountByID(ctx context.Context, r db.Reader, community, account id.ID) (*Account, error) {
	all, err := accounts(ctx, r, community, "a.id = ?", account[:])
	if err == nil && len(all) == 0 {
		err = ErrNoAccount
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// Forget empties the accounts of a member who is forgotten, and ends what she asked for.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "payout: forget %s", member)
	all, err := s.AccountsOf(ctx, tx, tx.Community, OfPerson, member)
	if err != nil || len(all) == 0 {
		return err
	}
	for i := range all {
		if all[i].End == nil {
			if err := endAccount(ctx, tx, &all[i], Withdrawn, ""); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(ctx, "UPDATE payout_account SET number = '', name = '', why = '' WHERE community_id = ? AND owner_kind = ? AND owner_id = ?",
		tx.Community[:], string(OfPerson), member[:])
	return err
}
