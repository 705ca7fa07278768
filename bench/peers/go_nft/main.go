// The Go peer of bench/nft.ts: google/nftables, one connection for one command.
//
//	rules COUNT      a table, a chain and COUNT rules
//	elements COUNT   a table, a set and COUNT addresses
//	list             every rule and every element of the table
//
// It prints how many milliseconds the command took, without the start of the process.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
)

// The number of rules in a batch. The library does not enlarge the socket's buffers, and every rule is echoed.
const rulesAtOnce = 50

// The number of elements that fit into one attribute of 64 KiB.
const portion = 2000

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_nft:", err)
		os.Exit(1)
	}
}

func address(i int) []byte {
	bytes := make([]byte, 4)
	binary.BigEndian.PutUint32(bytes, uint32(0x0a000000+i))
	return bytes
}

var table = &nftables.Table{Name: "t", Family: nftables.TableFamilyIPv4}

func rules(conn *nftables.Conn, count int) {
	conn.AddTable(table)
	chain := conn.AddChain(&nftables.Chain{Name: "c", Table: table})
	for i := 0; i < count; i++ {
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: address(i)},
			&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{6}},
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binaryutil.BigEndian.PutUint16(uint16(1 + i%65535))},
			&expr.Counter{},
			&expr.Verdict{Kind: expr.VerdictAccept},
		}})
		if i%rulesAtOnce == rulesAtOnce-1 {
			must(conn.Flush())
		}
	}
	must(conn.Flush())
}

func elements(conn *nftables.Conn, count int) {
	conn.AddTable(table)
	set := &nftables.Set{Table: table, Name: "s", KeyType: nftables.TypeIPAddr}
	must(conn.AddSet(set, nil))
	for first := 0; first < count; first += portion {
		var some []nftables.SetElement
		for i := first; i < first+portion && i < count; i++ {
			some = append(some, nftables.SetElement{Key: address(i)})
		}
		must(conn.SetAddElements(set, some))
		must(conn.Flush())
	}
}

func list(conn *nftables.Conn) {
	chains, err := conn.ListChains()
	must(err)
	for _, chain := range chains {
		_, err := conn.GetRules(chain.Table, chain)
		must(err)
	}
	sets, err := conn.GetSets(table)
	must(err)
	for _, set := range sets {
		_, err := conn.GetSetElements(set)
		must(err)
	}
}

func main() {
	start := time.Now()
	conn, err := nftables.New()
	must(err)
	count := 0
	if len(os.Args) > 2 {
		count, err = strconv.Atoi(os.Args[2])
		must(err)
	}
	switch os.Args[1] {
	case "rules":
		rules(conn, count)
	case "elements":
		elements(conn, count)
	case "list":
		list(conn)
	}
	fmt.Println(float64(time.Since(start).Nanoseconds()) / 1e6)
}
