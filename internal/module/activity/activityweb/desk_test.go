package activityweb

import (
	"context"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
)

// The table stands by itself: what is read for it names nobody twice and needs no list of
// the page's rows, which is empty for who may not see names.
func TestTheTableOfWhoSignedUp(t *testing.T) {
	first, second := id.ID{1}, id.ID{2}
	x := hers{
		seats: []*activity.Seat{{ID: first, Member: id.ID{9}, People: 2, State: activity.Seated}, {ID: second, Member: id.ID{8}, People: 1, State: activity.Left}},
		came:  []activity.Came{{Session: id.ID{5}, Seat: first}, {Session: id.ID{6}, Seat: first}},
		settled: []*activity.Settlement{
			{Session: id.ID{5}, Seat: first, Coins: 3_00}, {Session: id.ID{6}, Seat: first, Coins: 3_00, UndoSeq: 7}, {Session: id.ID{5}, Seat: second, Coins: 75},
		},
	}
	table := seatTable(context.Background(), &x, map[id.ID]string{{9}: "王女士"})
	want := [][]string{{"王女士", "有位子", "2", "2", "3.00"}, {"", "退了", "1", "0", "0.75"}}
	for i, row := range table.Rows {
		for j, cell := range row {
			if cell.Text != want[i][j] {
				t.Errorf("row %d: %q, want %q", i, cell.Text, want[i][j])
			}
		}
	}
}
