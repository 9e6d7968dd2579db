package notice

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Words are what an office, or a shop through the operator, says to everybody of a
// place. The sender is named on every notice.
type Words struct {
	ID      id.ID
	Place   id.ID
	Kind    string // WordsOfOffice or WordsOfShop
	Sender  string // "云栖社区居委会"
	Title   string
	Body    string
	TitleEn string // both in English, or neither
	BodyEn  string
	Counted int64 // how many people the author was shown
	Author  id.ID
	MadeAt  time.Time
	Token   string // the same confirmation sent twice is one
	Told    int64  // so far
	EndedAt time.Time
}

// often is how many broadcasts of a kind a place may hear in a time.
var often = map[string]struct {
	most int
	per  time.Duration
}{
	WordsOfOffice: {3, day},
	WordsOfShop:   {1, week},
}

// Validate refuses words that cannot be sent.
func (w *Words) Validate() error {
	long := func(s string, most int) bool {
		return strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > most || strings.ContainsAny(s, "\x00")
	}
	switch {
	case often[w.Kind].most == 0:
		return ErrNoKind.On("kind")
	case long(w.Sender, 30) || strings.ContainsAny(w.Sender, "\r\n"):
		return ErrBadSender.On("sender")
	case long(w.Title, 40) || strings.ContainsAny(w.Title, "\r\n"):
		return ErrBadTitle.On("title")
	case long(w.Body, 600):
		return ErrBadBody.On("body")
	case (strings.TrimSpace(w.TitleEn) == "") != (strings.TrimSpace(w.BodyEn) == ""):
		return ErrHalfTold.On("title_en")
	case w.TitleEn != "" && (long(w.TitleEn, 100) || strings.ContainsAny(w.TitleEn, "\r\n")):
		return ErrBadTitle.On("title_en")
	case w.BodyEn != "" && long(w.BodyEn, 1500):
		return ErrBadBody.On("body_en")
	}
	return nil
}

// Notice is what one person is told.
func (w *Words) Notice(person id.ID) Notice {
	return Notice{Kind: w.Kind, Person: person, Cause: "words/" + w.ID.String(), Place: w.Place, At: w.MadeAt,
		Args: []Arg{Text(w.Title, w.TitleEn), Text(w.Body, w.BodyEn), Text(w.Sender, "")}}
}

// Sender is who speaks in a notice, "" where the house does.
func (it *Item) Sender() string {
	if (it.Kind.ID == WordsOfOffice || it.Kind.ID == WordsOfShop) && len(it.Args) > 2 {
		return it.Args[2].Value
	}
	return ""
}

// Announce sends words to everybody of a place: they are recorded, and told in steps
// after the commit. The same token is one broadcast. tx belongs to "~".
func (s *Service) Announce(ctx context.Context, tx *db.Tx, w Words) (_ *Words, err error) {
	defer fault.Wrap(&err, "notice: announce")
	if err := w.Validate(); err != nil {
		return nil, err
	}
	if w.Counted <= 0 {
		return nil, ErrNobody.On("place")
	}
	if w.Token == "" {
		return nil, ErrBadConfirm
	}
	if made, err := readWords(ctx, tx, "b.token = ?", w.Token); err != nil || len(made) > 0 {
		if len(made) > 0 {
			return &made[0], nil
		}
		return nil, err
	}
	if err := s.MayAnnounce(ctx, tx, w.Place, w.Kind, tx.Now); err != nil {
		return nil, err
	}
	w.ID, w.MadeAt = tx.NewID(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO notice_broadcast (community_id, id, place_id, kind, sender, title, body, title_en, body_en, counted, author_id, made_at, token)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id.Tilde[:], w.ID[:], w.Place, w.Kind, strings.TrimSpace(w.Sender), strings.TrimSpace(w.Title), w.Body,
		strings.TrimSpace(w.TitleEn), w.BodyEn, w.Counted, w.Author[:], tx.Now.UnixMicro(), w.Token)
	if err != nil {
		return nil, err
	}
	if err := s.advance(ctx, tx, w.ID, id.ID{}, 0, false); err != nil {
		return nil, err
	}
	return &w, tx.Emit(ctx, Broadcast, w.ID.String())
}

// MayAnnounce refuses what a place would hear too often; it says when the next is
// welcome.
func (s *Service) MayAnnounce(ctx context.Context, r db.Reader, place id.ID, kind string, now time.Time) error {
	limit := often[kind]
	var made []int64
	if err := db.All(ctx, r, &made, "SELECT made_at FROM notice_broadcast WHERE community_id = ? AND place_id = ? AND kind = ? AND made_at > ? ORDER BY made_at",
		id.Tilde[:], place, kind, now.Add(-limit.per).UnixMicro()); err != nil || len(made) < limit.most {
		return err
	}
	next := time.UnixMicro(made[len(made)-limit.most]).Add(limit.per)
	return ErrTooOften.With("most", limit.most).After(next.Sub(now))
}

// Announced lists broadcasts, the newest first.
func (s *Service) Announced(ctx context.Context, r db.Reader, limit int) ([]Words, error) {
	all, err := readWords(ctx, r, "b.made_at > ?", 0)
	return all[:min(limit, len(all))], err
}

// AnnouncedByID finds a broadcast and the person it was told to last.
func (s *Service) AnnouncedByID(ctx context.Context, r db.Reader, words id.ID) (w Words, after id.ID, err error) {
	all, err := readWords(ctx, r, "b.id = ?", words[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return w, after, err
	}
	err = db.One(ctx, r, &after, "SELECT after_id FROM notice_broadcast_position WHERE community_id = ? AND broadcast_id = ?", id.Tilde[:], words[:])
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return all[0], after, err
}

// TellWords delivers a broadcast to some more people, in the order of their ids, and
// notes how far it came; done says that these were the last. tx belongs to "~".
func (s *Service) TellWords(ctx context.Context, tx *db.Tx, words, after id.ID, people []id.ID, reach map[id.ID]Reach, done bool) (err error) {
	defer fault.Wrap(&err, "notice: tell %s", words)
	w, at, err := s.AnnouncedByID(ctx, tx, words)
	if err != nil {
		return err
	}
	if at != after || !w.EndedAt.IsZero() {
		return ErrMoved
	}
	for _, p := range people {
		if to, known := reach[p]; known { // else forgotten meanwhile
			if err := s.Deliver(ctx, tx, w.Notice(p), to); err != nil {
				return err
			}
		}
		at = p
	}
	return s.advance(ctx, tx, words, at, w.Told+int64(len(people)), done)
}

func (s *Service) advance(ctx context.Context, tx *db.Tx, words, after id.ID, told int64, done bool) error {
	ended := int64(0)
	if done {
		ended = tx.Now.UnixMicro()
	}
	_, err := tx.Exec(ctx, `INSERT INTO notice_broadcast_position (community_id, broadcast_id, after_id, told, ended_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, broadcast_id) DO UPDATE SET after_id = excluded.after_id, told = excluded.told, ended_at = excluded.ended_at`,
		id.Tilde[:], words[:], after, told, ended)
	return err
}

func readWords(ctx context.Context, r db.Reader, where string, arg any) (all []Words, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var w Words
		var made int64
		var told, ended *int64
		if err := rows.Scan(&w.ID, &w.Place, &w.Kind, &w.Sender, &w.Title, &w.Body, &w.TitleEn, &w.BodyEn, &w.Counted, &w.Author, &made, &w.Token, &told, &ended); err != nil {
			return err
		}
		w.MadeAt = time.UnixMicro(made).UTC()
		if told != nil {
			w.Told = *told
		}
		if ended != nil && *ended != 0 {
			w.EndedAt = time.UnixMicro(*ended).UTC()
		}
		all = append(all, w)
		return nil
	}, `SELECT b.id, b.place_id, b.kind, b.sender, b.title, b.body, b.title_en, b.body_en, b.counted, b.author_id, b.made_at, b.token, p.told, p.ended_at
		FROM notice_broadcast b LEFT JOIN notice_broadcast_position p ON p.community_id = b.community_id AND p.broadcast_id = b.id
		WHERE b.community_id = ? AND `+where+" ORDER BY b.id DESC LIMIT 200", id.Tilde[:], arg)
	return all, err
}
