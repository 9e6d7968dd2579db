// Package segment keeps the messages that shops send to members who agreed to get
// offers 优惠消息: to whom in general, what it says, what the community said of it,
// and to how many it went (C14). A shop never learns who they are: a group of fewer
// than k is no group, before it is sent and afterwards. Who gets one is chosen in a
// flow when the community lets it pass, and no member gets more than the policy says.
package segment

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of campaigns.
var Schema = db.Schema{
	Owner: "module/segment",
	Tables: []db.Table{
		{Name: "segment_campaign", Placement: db.Distributed}, {Name: "segment_answer", Placement: db.Distributed},
		{Name: "segment_recipient", Placement: db.Distributed}, {Name: "segment_open", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound = fault.New(fault.NotFound, "segment.not_found")
	ErrBadKind  = fault.New(fault.Invalid, "segment.bad_kind")
	ErrBadTitle = fault.New(fault.Invalid, "segment.bad_title")
	ErrBadWords = fault.New(fault.Invalid, "segment.bad_words")
	ErrTooMany  = fault.New(fault.TooMany, "segment.too_many_this_month")
	ErrTooFew   = fault.New(fault.Conflict, "segment.too_few")
	ErrAnswered = fault.New(fault.Conflict, "segment.answered")
	ErrNoWords  = fault.New(fault.Invalid, "segment.no_words")
)

// Kind is a sort of segment.
type Kind string

// The kinds.
const (
	Everybody Kind = "all"      // who agreed to get offers
	Regulars  Kind = "regulars" // who come to the shop often
	Lapsed    Kind = "lapsed"   // who came and do not any more
	OfAge     Kind = "age"      // of an age band, who agreed to that as well
)

// Kinds lists them.
var Kinds = []Kind{Everybody, Regulars, Lapsed, OfAge}

// What makes a regular, and who has lapsed.
const (
	RegularTimes = 3
	RegularDays  = 90
	LapsedDays   = 60
	LookBackDays = 180
	BoughtDays   = 14 // after a message, in which a purchase counts as its result
)

// Group is whom a message is for.
type Group struct {
	Kind  Kind
	Value string // the band of OfAge
}

// Name is what people call a group.
func (g Group) Name(ctx context.Context) string {
	switch g.Kind {
	case Regulars:
		return i18n.T(ctx, "本店常客：%d 天里来过 %d 次", RegularDays, RegularTimes)
	case Lapsed:
		return i18n.T(ctx, "好久没来的：以前来过，%d 天没来了", LapsedDays)
	case OfAge:
		return i18n.T(ctx, "%s 岁的", g.Value)
	}
	return i18n.T(ctx, "所有同意收优惠的会员")
}

// Campaign is one message.
type Campaign struct {
	ID       id.ID
	Shop     id.ID
	Group    Group
	Title    string
	Words    string
	Counted  int // whom it would have reached when it was written
	At       time.Time
	Answered *Answered // nil while nobody looked at it
}

// Answered is what the community said.
type Answered struct {
	Passed bool
	Words  string
	Sent   int
	At     time.Time
	By     id.ID
}

func (c *Campaign) validate() error {
	switch {
	case !slices.Contains(Kinds, c.Group.Kind) || (c.Group.Kind == OfAge) == (c.Group.Value == ""):
		return ErrBadKind.On("group")
	case !text.Line(c.Title, 20):
		return ErrBadTitle.On("title")
	case !text.Line(c.Words, 120):
		return ErrBadWords.On("words")
	}
	return nil
}

// Limits are the policy's: how small a group may be, how many messages a shop writes
// and a member gets in a month.
type Limits struct{ K, OfShop, OfMember int }

// Service is the door to campaigns.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Write writes a message to a group of so many; the community looks at it before it
// goes. since is when the month began.
func (s *Service) Write(ctx context.Context, tx *db.Tx, c Campaign, since time.Time, l Limits) (err error) {
	defer fault.Wrap(&err, "segment: write")
	if err := c.validate(); err != nil {
		return err
	}
	if c.Counted < l.K {
		return ErrTooFew.On("group").With("k", l.K)
	}
	mine, err := s.OfShop(ctx, tx, tx.Community, c.Shop)
	if err != nil {
		return err
	}
	n := 0
	for _, o := range mine {
		if !o.At.Before(since) && (o.Answered == nil || o.Answered.Passed) {
			n++
		}
		if o.Answered == nil && o.Title == c.Title && o.Words == c.Words && o.Group == c.Group {
			return nil // a second tap
		}
	}
	if n >= l.OfShop {
		return ErrTooMany.With("most", l.OfShop)
	}
	at := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO segment_campaign (community_id, id, shop_id, kind, value, title, words, counted, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], at[:], c.Shop[:], string(c.Group.Kind), c.Group.Value, c.Title, c.Words, c.Counted, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Refuse says no to a message, with words.
func (s *Service) Refuse(ctx context.Context, tx *db.Tx, campaign id.ID, words string) (c *Campaign, err error) {
	defer fault.Wrap(&err, "segment: refuse")
	if c, err = s.waiting(ctx, tx, campaign); err != nil {
		return nil, err
	}
	if !text.Line(words, 200) {
		return nil, ErrNoWords.On("words")
	}
	return c, answer(ctx, tx, c, Answered{Words: words, At: tx.Now})
}

func (s *Service) waiting(ctx context.Context, tx *db.Tx, campaign id.ID) (*Campaign, error) {
	c, err := s.ByID(ctx, tx, tx.Community, campaign)
	if err == nil && c.Answered != nil {
		err = ErrAnswered
	}
	return c, err
}

// Send lets a message pass to those of a group who have not got too many this month;
// fewer than k of them are none. It tells to whom it goes.
func (s *Service) Send(ctx context.Context, tx *db.Tx, campaign id.ID, group []id.ID, since time.Time, l Limits) (c *Campaign, to []id.ID, err error) {
	defer fault.Wrap(&err, "segment: send")
	if c, err = s.waiting(ctx, tx, campaign); err != nil {
		return nil, nil, err
	}
	got, err := s.got(ctx, tx, since)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range group {
		if got[m] < l.OfMember {
			to = append(to, m)
		}
	}
	if len(to) < l.K {
		return nil, nil, ErrTooFew.With("k", l.K)
	}
	for _, m := range to {
		if _, err := tx.Exec(ctx, "INSERT INTO segment_recipient (community_id, campaign_id, member_id, sent_at) VALUES (?, ?, ?, ?)",
			tx.Community[:], campaign[:], m[:], tx.Now.UnixMicro()); err != nil {
			return nil, nil, err
		}
	}
	return c, to, answer(ctx, tx, c, Answered{Passed: true, Sent: len(to), At: tx.Now})
}

func answer(ctx context.Context, tx *db.Tx, c *Campaign, a Answered) error {
	passed := 0
	if a.Passed {
		passed = 1
	}
	a.By, c.Answered = tx.Actor.ID, &a
	_, err := tx.Exec(ctx, "INSERT INTO segment_answer (community_id, campaign_id, passed, words, sent, answered_at, answered_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], passed, a.Words, a.Sent, tx.Now.UnixMicro(), a.By[:])
	return err
}

// Open notes that a member opened a message that was sent to her, once.
func (s *Service) Open(ctx context.Context, tx *db.Tx, campaign, member id.ID) (err error) {
	defer fault.Wrap(&err, "segment: open")
	to, err := s.Recipients(ctx, tx, tx.Community, campaign)
	if err != nil {
		return err
	}
	if !slices.Contains(to, member) {
		return ErrNotFound
	}
	_, err = tx.Exec(ctx, `INSERT INTO segment_open (community_id, campaign_id, member_id, opened_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, campaign_id, member_id) DO NOTHING`, tx.Community[:], campaign[:], member[:], tx.Now.UnixMicro())
	return err
}

// ByID finds a message.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, campaign id.ID) (*Campaign, error) {
	all, err := read(ctx, r, " AND c.id = ?", community[:], campaign[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// OfShop lists a shop's messages, the latest first.
func (s *Service) OfShop(ctx context.Context, r db.Reader, community, shop id.ID) ([]*Campaign, error) {
	return read(ctx, r, " AND c.shop_id = ? ORDER BY c.made_at DESC, c.id DESC LIMIT 100", community[:], shop[:])
}

// Latest lists a community's messages, those that wait first, then the latest.
func (s *Service) Latest(ctx context.Context, r db.Reader, community id.ID, limit int) ([]*Campaign, error) {
	return read(ctx, r, " ORDER BY CASE WHEN a.answered_at IS NULL THEN 0 ELSE 1 END, c.made_at DESC, c.id DESC LIMIT ?", community[:], limit)
}

func read(ctx context.Context, r db.Reader, where string, args ...any) (all []*Campaign, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Campaign{}
		var at int64
		var passed, sent, answered *int64
		var words *string
		var by []byte
		if err := rows.Scan(&c.ID, &c.Shop, &c.Group.Kind, &c.Group.Value, &c.Title, &c.Words, &c.Counted, &at, &passed, &words, &sent, &answered, &by); err != nil {
			return err
		}
		if c.At = time.UnixMicro(at).UTC(); answered != nil {
			c.Answered = &Answered{Passed: *passed == 1, Words: *words, Sent: int(*sent), At: time.UnixMicro(*answered).UTC()}
			copy(c.Answered.By[:], by)
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.shop_id, c.kind, c.value, c.title, c.words, c.counted, c.made_at, a.passed, a.words, a.sent, a.answered_at, a.answered_by FROM segment_campaign c
		LEFT JOIN segment_answer a ON a.community_id = c.community_id AND a.campaign_id = c.id WHERE c.community_id = ?`+where, args...)
	return all, err
}

// Recipients are those to whom a message went, for counting alone.
func (s *Service) Recipients(ctx context.Context, r db.Reader, community, campaign id.ID) (all []id.ID, err error) {
	err = db.All(ctx, r, &all, "SELECT member_id FROM segment_recipient WHERE community_id = ? AND campaign_id = ? ORDER BY member_id", community[:], campaign[:])
	return all, err
}

// Opened is how many opened a message.
func (s *Service) Opened(ctx context.Context, r db.Reader, community, campaign id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT COUNT(*) FROM segment_open WHERE community_id = ? AND campaign_id = ?", community[:], campaign[:])
	return n, err
}

// got is how many messages each member got since an instant.
func (s *Service) got(ctx context.Context, tx *db.Tx, since time.Time) (map[id.ID]int, error) {
	got := make(map[id.ID]int)
	err := db.Each(ctx, tx, func(rows *sql.Rows) error {
		var m id.ID
		var n int
		err := rows.Scan(&m, &n)
		got[m] = n
		return err
	}, "SELECT member_id, COUNT(*) FROM segment_recipient WHERE community_id = ? AND sent_at >= ? GROUP BY member_id", tx.Community[:], since.UnixMicro())
	return got, err
}

// Forget takes a member out of what was sent (A7); the counts that were told stay.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) error {
	for _, from := range []string{"segment_open", "segment_recipient"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+from+" WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:]); err != nil {
			return err
		}
	}
	return nil
}

// SentTo lists the messages that a member was sent, the oldest first.
func (s *Service) SentTo(ctx context.Context, r db.Reader, community, member id.ID) (all []id.ID, err error) {
	err = db.All(ctx, r, &all, "SELECT campaign_id FROM segment_recipient WHERE community_id = ? AND member_id = ? ORDER BY sent_at, campaign_id", community[:], member[:])
	return all, err
}
