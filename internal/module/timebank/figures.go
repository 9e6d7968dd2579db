package timebank

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// soonIs is what "at once" is measured by in public: the promise of thirty minutes (F3).
const soonIs = 30 * time.Minute

// Figures are what went on in a span, counted: how many people stand behind each figure
// is told with it, so that nobody is disclosed.
type Figures struct {
	Asked, Done  int
	Askers       int
	Helpers      int
	Minutes      int
	Urgent, Soon int // that somebody promised to do at once; within half an hour
	Answered     int // that somebody promised to do
	Quick        int // of them, within half an hour of being asked for
	Wait         int // minutes from the request to the first promise, the median of those answered
	Missed       int // promises that were not kept
	Promised     int // promises whose time has come, kept or not
	Kinds        []KindFigures
}

// KindFigures are those of one kind, the most frequent first.
type KindFigures struct {
	Kind, Name string
	Done       int
	Askers     int
}

// Figures counts the requests that began in a span.
func (s *Service) Figures(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) (f Figures, err error) {
	all, err := s.Between(ctx, r, community, from, to)
	if err != nil {
		return f, err
	}
	made, err := s.AssignmentsSince(ctx, r, community, from.AddDate(0, -1, 0))
	if err != nil {
		return f, err
	}
	byRequest := make(map[id.ID][]*Assignment)
	for _, a := range made {
		byRequest[a.Request] = append(byRequest[a.Request], a)
	}
	askers, helpers := make(map[id.ID]bool), make(map[id.ID]bool)
	var waits []int
	kinds, ofKind := make(map[string]*KindFigures), make(map[string]map[id.ID]bool)
	for _, q := range all {
		f.Asked++
		askers[q.Asker] = true
		if kinds[q.Kind] == nil {
			kinds[q.Kind], ofKind[q.Kind] = &KindFigures{Kind: q.Kind, Name: q.Name}, make(map[id.ID]bool)
		}
		if q.End != nil && q.End.How == Done {
			f.Done++
			kinds[q.Kind].Done++
			ofKind[q.Kind][q.Asker] = true
		}
		first := time.Time{}
		for _, a := range byRequest[q.ID] {
			first = a.At // the newest comes first
			switch state := a.State(); {
			case state.Served():
				f.Minutes += a.Minutes()
				helpers[a.Helper] = true
				f.Promised++
			case state == Missed:
				f.Missed++
				f.Promised++
			}
		}
		if !first.IsZero() {
			f.Answered++
			if waits = append(waits, int(first.Sub(q.At).Minutes())); first.Sub(q.At) <= soonIs {
				f.Quick++
			}
		}
		if q.Urgent && !first.IsZero() {
			f.Urgent++
			if first.Sub(q.At) <= soonIs {
				f.Soon++
			}
		}
	}
	f.Askers, f.Helpers, f.Wait = len(askers), len(helpers), median(waits)
	for key, k := range kinds {
		k.Askers = len(ofKind[key])
		f.Kinds = append(f.Kinds, *k)
	}
	slices.SortFunc(f.Kinds, func(a, b KindFigures) int {
		if a.Done != b.Done {
			return b.Done - a.Done
		}
		return slices.Compare([]byte(a.Kind), []byte(b.Kind))
	})
	return f, nil
}

// median is the middle one of some figures, of two the lower; 0 of none.
func median(all []int) int {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}
