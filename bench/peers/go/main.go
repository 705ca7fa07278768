// The Go peer: vishvananda/netlink and google/nftables, the libraries that container runtimes and CNI plugins are
// written with. One netlink handle and one lasting nftables connection, both kept open, as a daemon would.
// The line protocol is described in ../../peer.ts.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
)

const owner = 500

// The first number of the guests of a churn, which no other guest has.
const contender = 1500000

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_netlink:", err)
		os.Exit(1)
	}
}

type session struct {
	route *netlink.Handle
	nft   *nftables.Conn
	set   *nftables.Set
}

func newSession() *session {
	route, err := netlink.NewHandle()
	must(err)
	nft, err := nftables.New(nftables.AsLasting())
	must(err)
	table := &nftables.Table{Name: "bench", Family: nftables.TableFamilyIPv4}
	set := &nftables.Set{Table: table, Name: "guests", KeyType: nftables.TypeIPAddr}
	return &session{route, nft, set}
}

func (s *session) close() {
	s.route.Delete()
	must(s.nft.CloseLasting())
}

// Guest i has the /30 network 10.128.0.0 + 4 i: the host is .1, the guest is .2.
func ip(i, side int) net.IP {
	ip := make(net.IP, 4)
	binary.BigEndian.PutUint32(ip, uint32(0x0a800000+4*i+side))
	return ip
}

func name(i int) string { return fmt.Sprintf("b%d", i) }

func element(i int) []nftables.SetElement {
	return []nftables.SetElement{{Key: ip(i, 2)}}
}

func (s *session) up(i int) {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name(i)
	tap := &netlink.Tuntap{
		LinkAttrs: attrs,
		Mode:      netlink.TUNTAP_MODE_TAP,
		Flags:     netlink.TUNTAP_NO_PI | netlink.TUNTAP_TUN_EXCL,
		Owner:     owner,
	}
	must(s.route.LinkAdd(tap))
	address := &net.IPNet{IP: ip(i, 1), Mask: net.CIDRMask(30, 32)}
	must(s.route.AddrAdd(tap, &netlink.Addr{IPNet: address}))
	must(s.route.LinkSetUp(tap))
	for _, knob := range []string{"proxy_arp", "forwarding"} {
		path := "/proc/sys/net/ipv4/conf/" + attrs.Name + "/" + knob
		must(os.WriteFile(path, []byte("1"), 0))
	}
	must(s.nft.SetAddElements(s.set, element(i)))
	must(s.nft.Flush())
}

func (s *session) down(i int) {
	must(s.nft.SetDeleteElements(s.set, element(i)))
	must(s.nft.Flush())
	link, err := s.route.LinkByName(name(i))
	must(err)
	must(s.route.LinkDel(link))
}

// The library deletes a link by its index, and cannot delete a group.
func (s *session) churn(first, guests, window int, stop *atomic.Bool) {
	for done := 0; done < guests && !stop.Load(); done += window {
		count := window
		if guests-done < window {
			count = guests - done
		}
		for i := first; i < first+count; i++ {
			s.up(i)
		}
		for i := first; i < first+count; i++ {
			s.down(i)
		}
	}
}

// As many goroutines as the window, each with its own sockets, so that the grace periods of the kernel overlap.
func parallel(first, guests, window int, stop *atomic.Bool) {
	next := int64(-1)
	var all sync.WaitGroup
	for worker := 0; worker < window; worker++ {
		all.Add(1)
		go func() {
			defer all.Done()
			s := newSession()
			defer s.close()
			for !stop.Load() {
				i := int(atomic.AddInt64(&next, 1))
				if i >= guests {
					return
				}
				s.up(first + i)
				s.down(first + i)
			}
		}()
	}
	all.Wait()
}

func (s *session) each(first, count int, apart time.Duration) string {
	var line strings.Builder
	line.WriteString("ok")
	for i := first; i < first+count; i++ {
		time.Sleep(apart)
		start := time.Now()
		s.up(i)
		fmt.Fprintf(&line, " %d", time.Since(start).Nanoseconds())
	}
	return line.String()
}

func (s *session) beside(other func(stop *atomic.Bool), count int) string {
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		other(&stop)
		close(done)
	}()
	time.Sleep(100 * time.Millisecond)
	line := s.each(0, count, 2*time.Millisecond)
	stop.Store(true)
	<-done
	for i := 0; i < count; i++ {
		s.down(i)
	}
	return line
}

func timed(run func()) string {
	start := time.Now()
	run()
	return fmt.Sprintf("ok %d", time.Since(start).Nanoseconds())
}

func main() {
	s := newSession()
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		var verb string
		var a, n int
		fmt.Sscanf(input.Text(), "%s %d %d", &verb, &a, &n)
		switch verb {
		case "up":
			fmt.Println(s.each(a, n, 0))
		case "down":
			fmt.Println(timed(func() {
				for i := a; i < a+n; i++ {
					s.down(i)
				}
			}))
		case "churn":
			fmt.Println(timed(func() { s.churn(contender, a, n, new(atomic.Bool)) }))
		case "parallel":
			fmt.Println(timed(func() { parallel(contender, a, n, new(atomic.Bool)) }))
		case "contend":
			fmt.Println(s.beside(func(stop *atomic.Bool) {
				newSession().churn(contender, 1<<30, n, stop)
			}, a))
		case "crowd":
			fmt.Println(s.beside(func(stop *atomic.Bool) {
				parallel(contender, 1<<30, n, stop)
			}, a))
		default:
			fmt.Println("no")
		}
	}
}
